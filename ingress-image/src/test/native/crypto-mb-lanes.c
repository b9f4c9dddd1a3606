/* For a CPU that has what crypto_mb wants: stands before the library (LD_PRELOAD), counts the lanes that the engine has it compute, as crypto-mb.c does, and passes them on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include "crypto-mb-counts.h"

enum { LANES = 8 };

static void *next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		abort();
	return function;
}

/* Lanes that are used have a first argument. All arguments are pointers, or fit in one. */
#define COUNTED(name, kind)                                                                                                        \
	uint32_t name(void *const *a, void *b, void *c, void *d, void *e, void *f, void *g, void *h)                                  \
	{                                                                                                                            \
		for (int i = 0; i < LANES; i++)                                                                                      \
			__atomic_add_fetch(&counts->kind, a[i] != NULL, __ATOMIC_RELAXED);                                           \
		return ((uint32_t (*)(void *const *, void *, void *, void *, void *, void *, void *, void *))next(#name))(a, b, c, d, e, f, g, h); \
	}
COUNTED(mbx_rsa_private_crt_ssl_mb8, rsa)
COUNTED(mbx_nistp256_ecdsa_sign_ssl_mb8, ec)
COUNTED(mbx_nistp384_ecdsa_sign_ssl_mb8, ec)
COUNTED(mbx_nistp256_ecpublic_key_ssl_mb8, ec)
COUNTED(mbx_nistp384_ecpublic_key_ssl_mb8, ec)
COUNTED(mbx_nistp256_ecdh_ssl_mb8, ec)
COUNTED(mbx_nistp384_ecdh_ssl_mb8, ec)
COUNTED(mbx_x25519_public_key_mb8, x25519)
