// OpenSSL's headers, and its macros that Swift cannot import as functions of the same meaning.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static const uint64_t COPENSSL_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t COPENSSL_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
static const uint64_t COPENSSL_SERVER_PREFERENCE = SSL_OP_CIPHER_SERVER_PREFERENCE;
static const uint64_t COPENSSL_NAME_RFC2253 = XN_FLAG_RFC2253;

/// SSL_CTX_set_min_proto_version.
static inline long copenssl_set_min_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

/// SSL_CTX_set_max_proto_version.
static inline long copenssl_set_max_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_max_proto_version(context, version);
}

/// SSL_CTX_set_mode.
static inline long copenssl_set_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_mode(context, mode);
}

/// SSL_CTX_set_session_cache_mode.
static inline long copenssl_set_session_cache_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_session_cache_mode(context, mode);
}

/// SSL_CTX_set1_groups_list.
static inline long copenssl_set_groups(SSL_CTX *context, const char *list) {
    return SSL_CTX_set1_groups_list(context, list);
}

/// SSL_CTX_add1_chain_cert.
static inline long copenssl_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate);
}

/// SSL_CTX_set_tlsext_ticket_keys.
static inline long copenssl_set_ticket_keys(SSL_CTX *context, void *keys, long count) {
    return SSL_CTX_set_tlsext_ticket_keys(context, keys, count);
}

/// SSL_CTX_set_max_cert_list.
static inline long copenssl_set_chain_bytes_max(SSL_CTX *context, long count) {
    return SSL_CTX_set_max_cert_list(context, count);
}

/// SSL_set_tlsext_host_name.
static inline long copenssl_set_host_name(SSL *stream, char *name) {
    return SSL_set_tlsext_host_name(stream, name);
}

/// SHA256_Init. These three are what EVP calls in the end; EVP's own way there costs as much again
/// as hashing a short record, for every record of the journal.
static inline void copenssl_sha256_begin(SHA256_CTX *state) { SHA256_Init(state); }

/// SHA256_Update.
static inline void copenssl_sha256_update(SHA256_CTX *state, const void *bytes, size_t count) {
    SHA256_Update(state, bytes, count);
}

/// SHA256_Final.
static inline void copenssl_sha256_finish(SHA256_CTX *state, unsigned char *digest) {
    SHA256_Final(digest, state);
}

/// OPENSSL_free.
static inline void copenssl_free(void *memory) { OPENSSL_free(memory); }

/// sk_GENERAL_NAME_num.
static inline int copenssl_general_name_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

/// sk_GENERAL_NAME_value.
static inline GENERAL_NAME *copenssl_general_name(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}

#endif
