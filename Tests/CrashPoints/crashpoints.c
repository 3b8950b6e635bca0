/* A library to preload into riskd: it ends or disturbs the process at a chosen file operation.
 *
 * It stands before write, pwrite, fdatasync, fsync, rename, unlink and ftruncate of the C library
 * and counts those that touch files below one directory. Everything else passes untouched. It is a
 * test's tool: it is compiled by the test, never linked, never shipped.
 *
 *   CRASHPOINTS_DIRECTORY   the data directory, without a slash at its end; nothing is done without
 *   CRASHPOINTS_KILL_AT     SIGKILL instead of operation number k, from 1; 0 or absent: never
 *   CRASHPOINTS_JOURNAL     a file outside of the directory: what is needed to undo every operation
 *                           that was not synced is appended to it (see below)
 *   CRASHPOINTS_COUNT       a file that gets the number of operations when the process ends itself
 *   CRASHPOINTS_SYNC_FAILS  the n-th fdatasync of a segment fails with EIO, and only that one
 *   CRASHPOINTS_FULL        while this file exists, writes to segments in the making get ENOSPC
 *
 * The journal for undoing is lines of text, each followed by bytes where it says so:
 *
 *   W path offset count size kept \n bytes   a write: the file's size before it, and the `kept`
 *                                            bytes that stood there before
 *   T path offset 0 size kept \n bytes       a truncation to `offset`: the bytes that it cut off
 *   S path                                   the file was synced
 *   D path                                   a directory was synced
 *   N path                                   a file was made
 *   R path to saved                          a rename; `saved` holds what stood at `to`, or is -
 *   U path saved                             an unlink; `saved` holds the file
 *
 * One lock is held from the count to the end of the real call, so that the journal has the order in
 * which things happened, and so that nothing else happens after the operation that was fatal.
 * Children are made by no code of riskd, and a forked child would share only the counter.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char directory[PATH_MAX];
static size_t directory_length;
static long kill_at, sync_fails_at, count, sync_count, saved_count;
static int journal = -1;
static const char *full_flag, *count_path, *journal_path;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
    const char *named = getenv("CRASHPOINTS_DIRECTORY");
    if (!named || !realpath(named, directory)) return;
    directory_length = strlen(directory);
    kill_at = number("CRASHPOINTS_KILL_AT");
    sync_fails_at = number("CRASHPOINTS_SYNC_FAILS");
    full_flag = getenv("CRASHPOINTS_FULL");
    count_path = getenv("CRASHPOINTS_COUNT");
    journal_path = getenv("CRASHPOINTS_JOURNAL");
    if (journal_path)
        journal = open(journal_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

__attribute__((destructor)) static void end(void) {
    if (!count_path) return;
    FILE *file = fopen(count_path, "w");
    if (!file) return;
    fprintf(file, "%ld\n", count);
    fclose(file);
}

/* Whether `path` lies in the directory, or is it. */
static int is_ours(const char *path) {
    return directory_length && strncmp(path, directory, directory_length) == 0 &&
           (path[directory_length] == '/' || path[directory_length] == 0);
}

/* The path of an open file, when it is one of ours; a name that is gone is not. */
static int path_of(int descriptor, char path[PATH_MAX]) {
    char link[64];
    if (!directory_length) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_ours(path) && !strstr(path, " (deleted)");
}

static int named(const char *name, char path[PATH_MAX]) {
    char folder[PATH_MAX];
    if (!directory_length || strlen(name) >= PATH_MAX) return 0;
    strcpy(folder, name);
    char *slash = strrchr(folder, '/');
    if (!slash) return 0;
    *slash = 0;
    char whole[PATH_MAX];
    if (!realpath(folder, whole)) return 0;
    if (snprintf(path, PATH_MAX, "%s/%s", whole, slash + 1) >= PATH_MAX) return 0;
    return is_ours(path);
}

/* Raw calls: the journal is not to be counted, and stdio would hold lines back. */
static void put(const void *bytes, size_t length) {
    const char *rest = bytes;
    while (length) {
        ssize_t done = syscall(SYS_write, journal, rest, length);
        if (done <= 0) abort();
        rest += done;
        length -= (size_t)done;
    }
}

static void put_line(const char *format, ...) {
    char line[3 * PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    put(line, (size_t)length);
}

/* Counts an operation; the fatal one does not return. Called with the lock held. */
static void pass(void) {
    count += 1;
    if (count == kill_at) {
        syscall(SYS_kill, getpid(), SIGKILL);
        for (;;) pause();
    }
}

/* Writes down what a change of bytes from `offset` on will destroy. */
static void keep_bytes(char what, const char *path, int descriptor, off_t offset, size_t length) {
    struct stat found;
    if (journal < 0 || fstat(descriptor, &found) || !S_ISREG(found.st_mode)) return;
    size_t kept = 0;
    if (offset < found.st_size) kept = (size_t)(found.st_size - offset);
    if (what == 'W' && kept > length) kept = length;
    /* Descriptors that only write cannot be read; the path can. */
    char *bytes = malloc(kept ? kept : 1);
    int reader = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (!bytes || reader < 0 || pread(reader, bytes, kept, offset) != (ssize_t)kept) abort();
    syscall(SYS_close, reader);
    put_line("%c\t%s\t%lld\t%zu\t%lld\t%zu\n", what, path, (long long)offset,
             what == 'W' ? length : 0, (long long)found.st_size, kept);
    put(bytes, kept);
    free(bytes);
}

/* A second name for a file that is about to lose its last one; "-" when there is none. */
static void save(const char *path, char saved[PATH_MAX]) {
    strcpy(saved, "-");
    if (journal < 0) return;
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%.3000s.saved-%ld", journal_path, ++saved_count);
    if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, name, 0) == 0) strcpy(saved, name);
}

static int disk_is_full(const char *path) {
    const char *name = strrchr(path, '/') + 1;
    return full_flag && strncmp(name, "segment-", 8) == 0 && strstr(name, ".new") &&
           syscall(SYS_faccessat, AT_FDCWD, full_flag, F_OK) == 0;
}

static ssize_t write_at(int descriptor, const void *bytes, size_t length, off_t offset, int seeks) {
    char path[PATH_MAX];
    if (!path_of(descriptor, path)) {
        return seeks ? syscall(SYS_write, descriptor, bytes, length)
                     : syscall(SYS_pwrite64, descriptor, bytes, length, offset);
    }
    if (disk_is_full(path)) {
        errno = ENOSPC;
        return -1;
    }
    pthread_mutex_lock(&lock);
    pass();
    off_t place = offset;
    if (seeks) {
        place = lseek(descriptor, 0, SEEK_CUR);
        struct stat found;
        int flags = fcntl(descriptor, F_GETFL);
        if ((flags & O_APPEND) && fstat(descriptor, &found) == 0) place = found.st_size;
    }
    keep_bytes('W', path, descriptor, place, length);
    ssize_t done = seeks ? syscall(SYS_write, descriptor, bytes, length)
                         : syscall(SYS_pwrite64, descriptor, bytes, length, offset);
    int failure = errno;
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    return write_at(descriptor, bytes, length, 0, 1);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    return write_at(descriptor, bytes, length, offset, 0);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
    return write_at(descriptor, bytes, length, offset, 0);
}

static int truncate_to(int descriptor, off_t length) {
    char path[PATH_MAX];
    if (!path_of(descriptor, path)) return (int)syscall(SYS_ftruncate, descriptor, length);
    pthread_mutex_lock(&lock);
    pass();
    keep_bytes('T', path, descriptor, length, 0);
    int result = (int)syscall(SYS_ftruncate, descriptor, length);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int descriptor, off_t length) { return truncate_to(descriptor, length); }
int ftruncate64(int descriptor, off64_t length) { return truncate_to(descriptor, length); }

static int sync_with(long call, int descriptor) {
    char path[PATH_MAX];
    if (!path_of(descriptor, path)) return (int)syscall(call, descriptor);
    pthread_mutex_lock(&lock);
    pass();
    int is_segment = strstr(path, "/segment-") && call == SYS_fdatasync;
    if (is_segment && ++sync_count == sync_fails_at) {
        pthread_mutex_unlock(&lock);
        errno = EIO;
        return -1;
    }
    int result = (int)syscall(call, descriptor);
    int failure = errno;
    struct stat found;
    if (journal >= 0 && result == 0 && fstat(descriptor, &found) == 0)
        put_line("%c\t%s\n", S_ISDIR(found.st_mode) ? 'D' : 'S', path);
    pthread_mutex_unlock(&lock);
    errno = failure;
    return result;
}

int fsync(int descriptor) { return sync_with(SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return sync_with(SYS_fdatasync, descriptor); }

int rename(const char *from, const char *to) {
    char old_path[PATH_MAX], new_path[PATH_MAX], saved[PATH_MAX];
    if (!named(from, old_path) || !named(to, new_path))
        return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    pthread_mutex_lock(&lock);
    pass();
    save(new_path, saved);
    int result = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    int failure = errno;
    if (journal >= 0 && result == 0) put_line("R\t%s\t%s\t%s\n", old_path, new_path, saved);
    pthread_mutex_unlock(&lock);
    errno = failure;
    return result;
}

int unlink(const char *name) {
    char path[PATH_MAX], saved[PATH_MAX];
    if (!named(name, path)) return (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
    pthread_mutex_lock(&lock);
    pass();
    save(path, saved);
    int result = (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
    int failure = errno;
    if (journal >= 0 && result == 0) put_line("U\t%s\t%s\n", path, saved);
    pthread_mutex_unlock(&lock);
    errno = failure;
    return result;
}

/* Opening is not counted: a file that is made and never written is like one that is not there.
 * But who made it must know that its name is not durable yet. */
static int open_at(int folder, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    if (!(flags & O_CREAT) || journal < 0 || !named(name, path))
        return (int)syscall(SYS_openat, folder, name, flags, mode);
    pthread_mutex_lock(&lock);
    int is_new = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    int descriptor = -1;
    if (!is_new && (flags & O_TRUNC)) {
        /* What stood there is cut off: written down as a truncation. */
        descriptor = (int)syscall(SYS_openat, folder, name, flags & ~O_TRUNC, mode);
        if (descriptor >= 0) {
            keep_bytes('T', path, descriptor, 0, 0);
            if (syscall(SYS_ftruncate, descriptor, 0)) abort();
        }
    } else {
        descriptor = (int)syscall(SYS_openat, folder, name, flags, mode);
    }
    int failure = errno;
    if (is_new && descriptor >= 0) put_line("N\t%s\n", path);
    pthread_mutex_unlock(&lock);
    errno = failure;
    return descriptor;
}

static mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(function)                                                  \
    int function(const char *name, int flags, ...) {                    \
        va_list arguments;                                              \
        va_start(arguments, flags);                                     \
        mode_t mode = mode_of(flags, arguments);                        \
        va_end(arguments);                                              \
        return open_at(AT_FDCWD, name, flags, mode);                    \
    }
OPEN(open)
OPEN(open64)
