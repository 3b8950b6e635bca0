// Counts the allocations of the process it is preloaded into.
//
// The count lies in the file that MALLOC_COUNT names, mapped, so that whoever loads the process
// reads it before and after and the process itself does nothing for it. Allocations before the
// constructor ran are not counted.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *piece, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Atomic unsigned long unread;
static _Atomic unsigned long *count = &unread;

__attribute__((constructor)) static void open_count(void) {
    const char *path = getenv("MALLOC_COUNT");
    if (path == NULL) return;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) count = mapped;
}

void *malloc(size_t size) {
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
    return __libc_calloc(number, size);
}

void *realloc(void *piece, size_t size) {
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
    return __libc_realloc(piece, size);
}

int posix_memalign(void **piece, size_t alignment, size_t size) {
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
    *piece = __libc_memalign(alignment, size);
    return *piece == NULL ? ENOMEM : 0;
}

void *aligned_alloc(size_t alignment, size_t size) {
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
    return __libc_memalign(alignment, size);
}
