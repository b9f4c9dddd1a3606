/* An OpenSSL engine for tests: private-key operations of RSA and EC that take their time, without hardware. Each pauses its asynchronous job until a timer
 * fires (SLOW_ENGINE_MS milliseconds) and then lets OpenSSL compute. How many were begun and ended stands in the file SLOW_ENGINE_COUNTS names,
 * as two 64-bit numbers, where another process can read them at any time.
 *
 * ENGINE_ID is its id, "slow" unless defined. With SLOW_ENGINE_SAYS it prints that when it loads, with SLOW_ENGINE_IN_FORCE it says that to HAProxy, with
 * SLOW_ENGINE_IN_WORKER something else in each process that is forked then. SLOW_ENGINE_DOES makes it misbehave: "not pause",
 * "pause once", "sign wrongly", "crash" or "hang".
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <openssl/async.h>
#include <openssl/engine.h>
#include <openssl/rsa.h>

#ifndef ENGINE_ID
#define ENGINE_ID "slow"
#endif
static const char id[] = ENGINE_ID;
static const char *does = "";
static struct counts { uint64_t begun, ended; } *counts;
static long delay_ms;

static void close_timer(ASYNC_WAIT_CTX *waits, const void *key, OSSL_ASYNC_FD timer, void *data)
{
	(void)waits, (void)key, (void)data;
	close(timer);
}

/* The job's timer: one a connection, closed with it. */
static int timer_of(ASYNC_JOB *job)
{
	ASYNC_WAIT_CTX *waits = ASYNC_get_wait_ctx(job);
	OSSL_ASYNC_FD timer;
	void *data;

	if (ASYNC_WAIT_CTX_get_fd(waits, id, &timer, &data))
		return timer;
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer >= 0 && !ASYNC_WAIT_CTX_set_wait_fd(waits, id, timer, NULL, close_timer)) {
		close(timer);
		timer = -1;
	}
	return timer;
}

/* Pauses the job, if there is one. Returns 0 if it cannot. */
static int take_time(void)
{
	ASYNC_JOB *job = ASYNC_get_current_job();
	uint64_t expirations;
	static int paused;

	if (!strcmp(does, "crash"))
		abort();
	while (!strcmp(does, "hang"))
		pause();
	if (job && strcmp(does, "not pause") && !(!strcmp(does, "pause once") && paused++)) {
		struct itimerspec once = { .it_value = { .tv_nsec = delay_ms * 1000000 } };
		int timer = timer_of(job);

		if (timer < 0 || timerfd_settime(timer, 0, &once, NULL) < 0)
			return 0;
		__atomic_add_fetch(&counts->begun, 1, __ATOMIC_RELAXED);
		/* Whoever resumes a job may do so for another reason than the timer. */
		do {
			ASYNC_pause_job();
		} while (read(timer, &expirations, sizeof(expirations)) < 0 && errno == EAGAIN);
		__atomic_add_fetch(&counts->ended, 1, __ATOMIC_RELAXED);
	}
	return 1;
}

static int slow_private_encrypt(int length, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
	int written = take_time() ? RSA_meth_get_priv_enc(RSA_PKCS1_OpenSSL())(length, from, to, rsa, padding) : -1;

	if (!strcmp(does, "sign wrongly"))
		to[0] ^= 1;
	return written;
}

static int slow_private_decrypt(int length, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
	return take_time() ? RSA_meth_get_priv_dec(RSA_PKCS1_OpenSSL())(length, from, to, rsa, padding) : -1;
}

static int slow_ec_sign(int type, const unsigned char *digest, int length, unsigned char *signature, unsigned int *signature_length,
                        const BIGNUM *inverse, const BIGNUM *r, EC_KEY *key)
{
	int (*sign)(int, const unsigned char *, int, unsigned char *, unsigned int *, const BIGNUM *, const BIGNUM *, EC_KEY *);

	EC_KEY_METHOD_get_sign(EC_KEY_OpenSSL(), &sign, NULL, NULL);
	return take_time() && sign(type, digest, length, signature, signature_length, inverse, r, key);
}

static int slow_ec_derive(unsigned char **secret, size_t *length, const EC_POINT *point, const EC_KEY *key)
{
	int (*derive)(unsigned char **, size_t *, const EC_POINT *, const EC_KEY *);

	EC_KEY_METHOD_get_compute_key(EC_KEY_OpenSSL(), &derive);
	return take_time() && derive(secret, length, point, key);
}

static void say_again(void)
{
	setenv("QAT_ENGINE_ACCELERATION", getenv("SLOW_ENGINE_IN_WORKER"), 1);
}

static int bind(ENGINE *engine, const char *name)
{
	const char *file = getenv("SLOW_ENGINE_COUNTS"), *ms = getenv("SLOW_ENGINE_MS");
	RSA_METHOD *method = RSA_meth_dup(RSA_PKCS1_OpenSSL());
	EC_KEY_METHOD *curves = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
	int (*set_up)(EC_KEY *, BN_CTX *, BIGNUM **, BIGNUM **);
	ECDSA_SIG *(*sign)(const unsigned char *, int, const BIGNUM *, const BIGNUM *, EC_KEY *);
	int fd;

	(void)name;
	if (getenv("SLOW_ENGINE_SAYS"))
		fprintf(stderr, "%s\n", getenv("SLOW_ENGINE_SAYS"));
	if (getenv("SLOW_ENGINE_DOES"))
		does = getenv("SLOW_ENGINE_DOES");
	if (!file || !ms || !method || !curves || (fd = open(file, O_RDWR)) < 0)
		return 0;
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	delay_ms = atol(ms);
	EC_KEY_METHOD_get_sign(EC_KEY_OpenSSL(), NULL, &set_up, &sign);
	EC_KEY_METHOD_set_sign(curves, slow_ec_sign, set_up, sign);
	EC_KEY_METHOD_set_compute_key(curves, slow_ec_derive);
	/* As the shipped engine says it to HAProxy, and anew in a process that is forked. */
	if (getenv("SLOW_ENGINE_IN_FORCE"))
		setenv("QAT_ENGINE_ACCELERATION", getenv("SLOW_ENGINE_IN_FORCE"), 1);
	if (getenv("SLOW_ENGINE_IN_WORKER") && pthread_atfork(NULL, NULL, say_again))
		return 0;
	return counts != MAP_FAILED && delay_ms > 0 && delay_ms < 1000
	       && RSA_meth_set_priv_enc(method, slow_private_encrypt)
	       && RSA_meth_set_priv_dec(method, slow_private_decrypt) && ENGINE_set_EC(engine, curves)
	       && ENGINE_set_id(engine, id) && ENGINE_set_name(engine, "RSA and EC that take their time") && ENGINE_set_RSA(engine, method);
}

IMPLEMENT_DYNAMIC_CHECK_FN()
IMPLEMENT_DYNAMIC_BIND_FN(bind)
