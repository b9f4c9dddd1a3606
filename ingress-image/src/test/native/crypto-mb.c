/* A double of crypto_mb for tests: the functions that the engine calls, made of OpenSSL's public ones, one lane after the other. With it in place of the library, the
 * engine's software path (queues, polling threads, paused jobs) runs on a CPU without AVX-512.
 *
 * Not fast, and not constant in time: for keys of tests only. The contract of each function: crypto_mb/rsa.h, ec_nistp256.h, ec_nistp384.h, x25519.h, cpu_features.h.
 * How many lanes were computed stands in the file that CRYPTO_MB_COUNTS names, if it is set, as three 64-bit numbers: of RSA's private key, of EC, and of
 * X25519.
 * CRYPTO_MB_FAULT lets the fourth lane of each batch of private-key operations go wrong: "error", and it is reported (and of X25519 the result is wrong); "bit", and an
 * RSA result has one wrong, as by a fault of the machine. With "overflow" they need more stack than there is. With "forgetful" it says of each algorithm only a few times
 * that it has it. With "unsupported" it has nothing for this CPU.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <crypto_mb/cpu_features.h>
#include <crypto_mb/ec_nistp256.h>
#include <crypto_mb/ec_nistp384.h>
#include <crypto_mb/rsa.h>
#include <crypto_mb/x25519.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include "crypto-mb-counts.h"

enum { LANES = 8, FAULTY = 3, A_FEW_TIMES = 8 };
static const char *fault = "";

__attribute__((constructor)) static void go_wrong_how(void)
{
	if (getenv("CRYPTO_MB_FAULT"))
		fault = getenv("CRYPTO_MB_FAULT");
}

/* Whether this lane is to report an error. With "overflow" it does not come to that. */
static int fails(int lane)
{
	volatile char *top = __builtin_frame_address(0);

	for (size_t depth = 0; !strcmp(fault, "overflow"); depth += 1024)
		*(top - 1024 - depth) = 0;
	return lane == FAULTY && !strcmp(fault, "error");
}

int mbx_is_crypto_mb_applicable(int64u features)
{
	(void)features;
	return strcmp(fault, "unsupported") != 0;
}

MBX_ALGO_INFO mbx_get_algo_info(enum MBX_ALGO algorithm)
{
	static int asked[256];

	if (!strcmp(fault, "forgetful") && __atomic_add_fetch(&asked[algorithm & 255], 1, __ATOMIC_RELAXED) > A_FEW_TIMES)
		return 0;
	return algorithm == MBX_ALGO_EC_SM2 || algorithm == MBX_ALGO_SM3 || algorithm == MBX_ALGO_SM4 ? 0 : MBX_WIDTH_MB8;
}

/* The engine names these and never calls them here. */
void mbx_sm2_ecdh_ssl_mb8(void) { abort(); }
void mbx_sm2_ecpublic_key_ssl_mb8(void) { abort(); }
void mbx_sm3_init_mb16(void) { abort(); }
void mbx_sm3_update_mb16(void) { abort(); }
void mbx_sm3_final_mb16(void) { abort(); }

/* ---- RSA ---- */

mbx_status mbx_rsa_private_crt_ssl_mb8(const int8u *const from[8], int8u *const to[8], const BIGNUM *const p[8], const BIGNUM *const q[8],
                                       const BIGNUM *const dp[8], const BIGNUM *const dq[8], const BIGNUM *const iq[8], int bits)
{
	mbx_status status = 0;

	for (int i = 0; i < LANES; i++) {
		BN_CTX *context = BN_CTX_new();
		BIGNUM *message, *modulo_p, *modulo_q;
		int done = 0;

		BN_CTX_start(context);
		message = BN_CTX_get(context), modulo_p = BN_CTX_get(context), modulo_q = BN_CTX_get(context);
		if (from[i] && to[i] && p[i] && q[i] && dp[i] && dq[i] && iq[i]) {
			/* RFC 8017, 5.1.2, with two primes. */
			done = BN_bin2bn(from[i], bits / 8, message) && BN_mod_exp(modulo_p, message, dp[i], p[i], context)
			       && BN_mod_exp(modulo_q, message, dq[i], q[i], context) && BN_mod_sub(modulo_p, modulo_p, modulo_q, p[i], context)
			       && BN_mod_mul(modulo_p, modulo_p, iq[i], p[i], context) && BN_mul(modulo_p, modulo_p, q[i], context)
			       && BN_add(message, modulo_p, modulo_q) && BN_bn2binpad(message, to[i], bits / 8) == bits / 8;
			__atomic_add_fetch(&counts->rsa, 1, __ATOMIC_RELAXED);
			done = done && !fails(i);
			if (i == FAULTY && !strcmp(fault, "bit"))
				to[i][bits / 16] ^= 1;
		}
		BN_CTX_end(context);
		BN_CTX_free(context);
		status = MBX_SET_STS(status, i, done ? MBX_STATUS_OK : MBX_STATUS_NULL_PARAM_ERR);
	}
	return status;
}

mbx_status mbx_rsa_public_ssl_mb8(const int8u *const from[8], int8u *const to[8], const BIGNUM *const e[8], const BIGNUM *const n[8], int bits)
{
	mbx_status status = 0;

	for (int i = 0; i < LANES; i++) {
		BN_CTX *context = BN_CTX_new();
		BIGNUM *message;
		int done;

		BN_CTX_start(context);
		message = BN_CTX_get(context);
		done = from[i] && to[i] && e[i] && n[i] && BN_bin2bn(from[i], bits / 8, message) && BN_mod_exp(message, message, e[i], n[i], context)
		       && BN_bn2binpad(message, to[i], bits / 8) == bits / 8;
		BN_CTX_end(context);
		BN_CTX_free(context);
		status = MBX_SET_STS(status, i, done ? MBX_STATUS_OK : MBX_STATUS_NULL_PARAM_ERR);
	}
	return status;
}

/* ---- elliptic curves ---- */

/* What one lane works with. */
struct lane { EC_GROUP *group; BN_CTX *context; EC_POINT *point; BIGNUM *x, *y; int bytes; };

static struct lane begin(int curve)
{
	struct lane l = { .group = EC_GROUP_new_by_curve_name(curve), .context = BN_CTX_new() };

	BN_CTX_start(l.context);
	l.point = EC_POINT_new(l.group);
	l.x = BN_CTX_get(l.context), l.y = BN_CTX_get(l.context);
	l.bytes = (EC_GROUP_get_degree(l.group) + 7) / 8;
	__atomic_add_fetch(&counts->ec, 1, __ATOMIC_RELAXED);
	return l;
}

static void end(struct lane *l)
{
	EC_POINT_free(l->point);
	BN_CTX_end(l->context);
	BN_CTX_free(l->context);
	EC_GROUP_free(l->group);
}

static const BIGNUM *order(const struct lane *l) { return EC_GROUP_get0_order(l->group); }

static mbx_status public_keys(int curve, BIGNUM *x[8], BIGNUM *y[8], BIGNUM *z[8], const BIGNUM *const key[8])
{
	mbx_status status = 0;

	for (int i = 0; i < LANES; i++) {
		int done = 0;

		if (x[i] && y[i] && key[i]) {
			struct lane l = begin(curve);

			done = EC_POINT_mul(l.group, l.point, key[i], NULL, NULL, l.context)
			       && EC_POINT_get_affine_coordinates(l.group, l.point, x[i], y[i], l.context) && (!z || !z[i] || BN_one(z[i]));
			end(&l);
		}
		status = MBX_SET_STS(status, i, done ? MBX_STATUS_OK : MBX_STATUS_NULL_PARAM_ERR);
	}
	return status;
}

static mbx_status shared_keys(int curve, int8u *shared[8], const BIGNUM *const key[8], const BIGNUM *const x[8], const BIGNUM *const y[8],
                              const BIGNUM *const z[8])
{
	mbx_status status = 0;

	for (int i = 0; i < LANES; i++) {
		int done = 0;

		if (shared[i] && key[i] && x[i] && y[i]) {
			struct lane l = begin(curve);

			done = EC_POINT_set_Jprojective_coordinates_GFp(l.group, l.point, x[i], y[i], z && z[i] ? z[i] : BN_value_one(), l.context)
			       && EC_POINT_mul(l.group, l.point, NULL, l.point, key[i], l.context)
			       && EC_POINT_get_affine_coordinates(l.group, l.point, l.x, l.y, l.context) && BN_bn2binpad(l.x, shared[i], l.bytes) == l.bytes;
			end(&l);
		}
		status = MBX_SET_STS(status, i, done ? MBX_STATUS_OK : MBX_STATUS_NULL_PARAM_ERR);
	}
	return status;
}

/* SEC 1, 4.1.3: r is the x of the ephemeral key's point, and with it the inverse of the ephemeral key is all that a signature needs of it. */
static int set_up(const struct lane *l, BIGNUM *inverse, BIGNUM *r, const BIGNUM *ephemeral)
{
	return EC_POINT_mul(l->group, l->point, ephemeral, NULL, NULL, l->context)
	       && EC_POINT_get_affine_coordinates(l->group, l->point, l->x, l->y, l->context) && BN_nnmod(r, l->x, order(l), l->context)
	       && BN_mod_inverse(inverse, ephemeral, order(l), l->context);
}

static int complete(const struct lane *l, int8u *r, int8u *s, const int8u *digest, const BIGNUM *point, const BIGNUM *inverse, const BIGNUM *key)
{
	return BN_bin2bn(digest, l->bytes, l->x) && BN_mod_mul(l->y, point, key, order(l), l->context) && BN_mod_add(l->y, l->y, l->x, order(l), l->context)
	       && BN_mod_mul(l->y, l->y, inverse, order(l), l->context) && BN_bn2binpad(point, r, l->bytes) == l->bytes
	       && BN_bn2binpad(l->y, s, l->bytes) == l->bytes;
}

static mbx_status sign_setups(int curve, BIGNUM *inverse[8], BIGNUM *r[8], const BIGNUM *const ephemeral[8])
{
	mbx_status status = 0;

	for (int i = 0; i < LANES; i++) {
		int done = 0;

		if (inverse[i] && r[i] && ephemeral[i]) {
			struct lane l = begin(curve);

			done = set_up(&l, inverse[i], r[i], ephemeral[i]);
			end(&l);
		}
		status = MBX_SET_STS(status, i, done ? MBX_STATUS_OK : MBX_STATUS_NULL_PARAM_ERR);
	}
	return status;
}

static mbx_status sign_completes(int curve, int8u *r[8], int8u *s[8], const int8u *const digest[8], const BIGNUM *const point[8],
                                 const BIGNUM *const inverse[8], const BIGNUM *const key[8])
{
	mbx_status status = 0;

	for (int i = 0; i < LANES; i++) {
		int done = 0;

		if (r[i] && s[i] && digest[i] && point[i] && inverse[i] && key[i]) {
			struct lane l = begin(curve);

			done = complete(&l, r[i], s[i], digest[i], point[i], inverse[i], key[i]);
			end(&l);
		}
		status = MBX_SET_STS(status, i, done ? MBX_STATUS_OK : MBX_STATUS_NULL_PARAM_ERR);
	}
	return status;
}

static mbx_status signatures(int curve, int8u *r[8], int8u *s[8], const int8u *const digest[8], const BIGNUM *const ephemeral[8],
                             const BIGNUM *const key[8])
{
	mbx_status status = 0;

	for (int i = 0; i < LANES; i++) {
		int done = 0;

		if (r[i] && s[i] && digest[i] && ephemeral[i] && key[i]) {
			struct lane l = begin(curve);
			BIGNUM *inverse = BN_CTX_get(l.context), *point = BN_CTX_get(l.context);

			done = set_up(&l, inverse, point, ephemeral[i]) && complete(&l, r[i], s[i], digest[i], point, inverse, key[i]) && !fails(i);
			end(&l);
		}
		status = MBX_SET_STS(status, i, done ? MBX_STATUS_OK : MBX_STATUS_NULL_PARAM_ERR);
	}
	return status;
}

static mbx_status verifications(int curve, const ECDSA_SIG *const signature[8], const int8u *const digest[8], const BIGNUM *const x[8],
                                const BIGNUM *const y[8], const BIGNUM *const z[8])
{
	mbx_status status = 0;

	for (int i = 0; i < LANES; i++) {
		mbx_status lane = MBX_STATUS_NULL_PARAM_ERR;

		if (signature[i] && digest[i] && x[i] && y[i]) {
			struct lane l = begin(curve);
			EC_KEY *key = EC_KEY_new_method(NULL);

			lane = EC_POINT_set_Jprojective_coordinates_GFp(l.group, l.point, x[i], y[i], z && z[i] ? z[i] : BN_value_one(), l.context)
			       && EC_KEY_set_method(key, EC_KEY_OpenSSL()) && EC_KEY_set_group(key, l.group) && EC_KEY_set_public_key(key, l.point)
			       && ECDSA_do_verify(digest[i], l.bytes, signature[i], key) == 1 ? MBX_STATUS_OK : MBX_STATUS_SIGNATURE_ERR;
			EC_KEY_free(key);
			end(&l);
		}
		status = MBX_SET_STS(status, i, lane);
	}
	return status;
}

#define CURVE(name, nid)                                                                                                                           \
	mbx_status mbx_##name##_ecpublic_key_ssl_mb8(BIGNUM *x[8], BIGNUM *y[8], BIGNUM *z[8], const BIGNUM *const key[8], int8u *buffer)            \
	{ (void)buffer; return public_keys(nid, x, y, z, key); }                                                                                    \
	mbx_status mbx_##name##_ecdh_ssl_mb8(int8u *shared[8], const BIGNUM *const key[8], const BIGNUM *const x[8], const BIGNUM *const y[8],         \
	                                     const BIGNUM *const z[8], int8u *buffer)                                                              \
	{ (void)buffer; return shared_keys(nid, shared, key, x, y, z); }                                                                            \
	mbx_status mbx_##name##_ecdsa_sign_setup_ssl_mb8(BIGNUM *inverse[8], BIGNUM *r[8], const BIGNUM *const ephemeral[8], int8u *buffer)           \
	{ (void)buffer; return sign_setups(nid, inverse, r, ephemeral); }                                                                           \
	mbx_status mbx_##name##_ecdsa_sign_complete_ssl_mb8(int8u *r[8], int8u *s[8], const int8u *const digest[8], const BIGNUM *const point[8],      \
	                                                    const BIGNUM *const inverse[8], const BIGNUM *const key[8], int8u *buffer)                 \
	{ (void)buffer; return sign_completes(nid, r, s, digest, point, inverse, key); }                                                            \
	mbx_status mbx_##name##_ecdsa_sign_ssl_mb8(int8u *r[8], int8u *s[8], const int8u *const digest[8], const BIGNUM *const ephemeral[8],           \
	                                           const BIGNUM *const key[8], int8u *buffer)                                                      \
	{ (void)buffer; return signatures(nid, r, s, digest, ephemeral, key); }                                                                     \
	mbx_status mbx_##name##_ecdsa_verify_ssl_mb8(const ECDSA_SIG *const signature[8], const int8u *const digest[8], const BIGNUM *const x[8],      \
	                                             const BIGNUM *const y[8], const BIGNUM *const z[8], int8u *buffer)                              \
	{ (void)buffer; return verifications(nid, signature, digest, x, y, z); }

CURVE(nistp256, NID_X9_62_prime256v1)
CURVE(nistp384, NID_secp384r1)

/* ---- X25519 ---- */

/* Where nothing of the engine is: its own provider would ask for these. */
static OSSL_LIB_CTX *apart;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void come_apart(void) { apart = OSSL_LIB_CTX_new(); }

mbx_status mbx_x25519_public_key_mb8(int8u *const public[8], const int8u *const private[8])
{
	mbx_status status = 0;

	pthread_once(&once, come_apart);
	for (int i = 0; i < LANES; i++) {
		int done = 0;

		if (public[i] && private[i]) {
			size_t length = 32;
			EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(apart, "X25519", NULL, private[i], length);

			done = key && EVP_PKEY_get_raw_public_key(key, public[i], &length) == 1;
			EVP_PKEY_free(key);
			__atomic_add_fetch(&counts->x25519, 1, __ATOMIC_RELAXED);
			if (fails(i)) {
				public[i][0] ^= 1;
				done = 0;
			}
		}
		status = MBX_SET_STS(status, i, done ? MBX_STATUS_OK : MBX_STATUS_NULL_PARAM_ERR);
	}
	return status;
}
