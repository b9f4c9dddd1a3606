/* An OpenSSL engine for tests: RSA private operations that take their time, without hardware. Each pauses its asynchronous job until a timer
 * fires (SLOW_ENGINE_MS milliseconds) and then lets OpenSSL compute. How many were begun and ended stands in the file SLOW_ENGINE_COUNTS names,
 * as two 64-bit numbers, where another process can read them at any time.
 *
 * ENGINE_ID is its id, "slow" unless defined. With SLOW_ENGINE_SAYS it prints that when it loads. SLOW_ENGINE_DOES makes it misbehave: "not pause",
 * "sign wrongly", "crash" or "hang".
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <fcntl.h>
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

static int slow_private_encrypt(int length, const unsigned char *from, unsigned char *to, RSA *rsa, int padding)
{
	ASYNC_JOB *job = ASYNC_get_current_job();
	uint64_t expirations;
	int written;

	if (!strcmp(does, "crash"))
		abort();
	while (!strcmp(does, "hang"))
		pause();
	if (job && strcmp(does, "not pause")) {
		struct itimerspec once = { .it_value = { .tv_nsec = delay_ms * 1000000 } };
		int timer = timer_of(job);

		if (timer < 0 || timerfd_settime(timer, 0, &once, NULL) < 0)
			return -1;
		__atomic_add_fetch(&counts->begun, 1, __ATOMIC_RELAXED);
		/* Whoever resumes a job may do so for another reason than the timer. */
		do {
			ASYNC_pause_job();
		} while (read(timer, &expirations, sizeof(expirations)) < 0 && errno == EAGAIN);
		__atomic_add_fetch(&counts->ended, 1, __ATOMIC_RELAXED);
	}
	written = RSA_meth_get_priv_enc(RSA_PKCS1_OpenSSL())(length, from, to, rsa, padding);
	if (!strcmp(does, "sign wrongly"))
		to[0] ^= 1;
	return written;
}

static int bind(ENGINE *engine, const char *name)
{
	const char *file = getenv("SLOW_ENGINE_COUNTS"), *ms = getenv("SLOW_ENGINE_MS");
	RSA_METHOD *method = RSA_meth_dup(RSA_PKCS1_OpenSSL());
	int fd;

	(void)name;
	if (getenv("SLOW_ENGINE_SAYS"))
		fprintf(stderr, "%s\n", getenv("SLOW_ENGINE_SAYS"));
	if (getenv("SLOW_ENGINE_DOES"))
		does = getenv("SLOW_ENGINE_DOES");
	if (!file || !ms || !method || (fd = open(file, O_RDWR)) < 0)
		return 0;
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	delay_ms = atol(ms);
	return counts != MAP_FAILED && delay_ms > 0 && delay_ms < 1000
	       && RSA_meth_set_priv_enc(method, slow_private_encrypt)
	       && ENGINE_set_id(engine, id) && ENGINE_set_name(engine, "RSA that takes its time") && ENGINE_set_RSA(engine, method);
}

IMPLEMENT_DYNAMIC_CHECK_FN()
IMPLEMENT_DYNAMIC_BIND_FN(bind)
