/* Lets an engine compute for several asynchronous jobs at the same time, as HAProxy does, and says what came of each.
 *
 *   engine-jobs ID sign rsa|CURVE COUNT      signatures
 *   engine-jobs ID called rsa|CURVE COUNT    likewise, but the engine wakes the jobs by a callback, not a descriptor; and those it has not woken are resumed once all the same
 *   engine-jobs ID decrypt full|short COUNT  ciphertexts whose first byte is nought and is there, or left out, each right before a page that must not be read
 *   engine-jobs ID ecdh P-256|P-384 COUNT    key exchanges, each with a key of its own
 *   engine-jobs ID fork rsa COUNT            RSA signatures in two threads; when all jobs have paused the process forks, and the child exits; then as many again
 *   engine-jobs ID x25519 draw COUNT         key pairs of X25519 in two threads, in jobs and without
 *   engine-jobs ID x25519 fork|bare COUNT    a pair, then a fork, with or without what libraries do on that occasion, and pairs in both processes
 *   engine-jobs ID x25519 later COUNT        pairs at the same time, a second later, and two seconds after the first
 *   engine-jobs ID x25519 finished COUNT     a pair, and more when the engine has been finished
 *   engine-jobs ID x25519 wiped COUNT        whether the private keys of pairs that were taken and freed, in a thread that has not ended, lie anywhere in memory ("left"); then
 *                                            how many KiB that are empty behind a fork the end of the thread gives back
 *   engine-jobs ID x25519 past COUNT         what is not taken from a pool: known keys and answers, a derived key pair, parameters, another library context
 *   engine-jobs ID x25519 used COUNT         what key pairs are used for, in OpenSSL's many ways
 *   engine-jobs ID x25519 cost COUNT         nanoseconds that a pair costs with the engine, and by the default provider
 *
 * A line of words, one for each job or pair, of which none may come twice: "right", "wrong", "refused" by the engine, or "stuck" if nobody has woken it within ten seconds. Behind a fork what became of the child
 * comes first. "overflow into guard" or "overflow" where a stack was not large enough.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <openssl/async.h>
#include <openssl/core_names.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/hpke.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

enum { MOST = 16, KEY_BYTES = 256, PAGE = 4096, PATIENCE_SECONDS = 10 };
static const unsigned char text[] = "what is to be signed, or encrypted";

struct task {
	int (*work)(struct task *);
	EVP_PKEY *key, *own;
	const char *curve;
	struct pair *pair;
	unsigned char *in, out[2 * KEY_BYTES];
	size_t in_length, out_length;
	ASYNC_JOB *job;
	ASYNC_WAIT_CTX *waits;
	int result, ended, woken;
};
static int by_callback;

static void must(int done, const char *what)
{
	if (!done) {
		fprintf(stderr, "engine-jobs: %s failed\n", what);
		exit(1);
	}
}

static int run(void *argument)
{
	struct task *task = *(struct task **)argument;

	return task->work(task);
}

/* Begins a job, or resumes it. */
static void go_on(struct task *task)
{
	task->ended = ASYNC_start_job(&task->job, task->waits, &task->result, run, &task, sizeof(task)) != ASYNC_PAUSE;
}

static int wake(void *task)
{
	((struct task *)task)->woken = 1;
	return 1;
}

static void begin(struct task *tasks, int count)
{
	for (int i = 0; i < count; i++) {
		tasks[i].ended = tasks[i].woken = 0;
		tasks[i].job = NULL;
		tasks[i].out_length = sizeof(tasks[i].out);
		must((tasks[i].waits = ASYNC_WAIT_CTX_new()) != NULL, "ASYNC_WAIT_CTX_new");
		must(!by_callback || ASYNC_WAIT_CTX_set_callback(tasks[i].waits, wake, &tasks[i]), "ASYNC_WAIT_CTX_set_callback");
		go_on(&tasks[i]);
	}
}

/* As an event loop does whose connection has become readable. */
static void resume_unasked(struct task *tasks, int count)
{
	for (int i = 0; i < count; i++)
		if (!tasks[i].ended && !tasks[i].woken)
			go_on(&tasks[i]);
}

static void complete_woken(struct task *tasks, int count)
{
	int some;

	do {
		some = 0;
		for (int i = 0; i < count; i++) {
			if (!tasks[i].woken || tasks[i].ended)
				continue;
			tasks[i].woken = 0;
			some = 1;
			go_on(&tasks[i]);
		}
	} while (some);
}

/* Resumes whom the engine wakes, until all have ended, or nobody is woken any more. */
static void complete(struct task *tasks, int count)
{
	for (;;) {
		struct pollfd polls[MOST];
		int who[MOST], watched = 0;

		for (int i = 0; i < count; i++) {
			OSSL_ASYNC_FD fd;
			size_t fds = 1;

			if (tasks[i].ended)
				continue;
			must(ASYNC_WAIT_CTX_get_all_fds(tasks[i].waits, &fd, &fds) && fds == 1, "the job's descriptor");
			who[watched] = i;
			polls[watched++] = (struct pollfd){ .fd = fd, .events = POLLIN };
		}
		if (!watched || poll(polls, watched, PATIENCE_SECONDS * 1000) <= 0)
			return;
		for (int i = 0; i < watched; i++)
			if (polls[i].revents)
				go_on(&tasks[who[i]]);
	}
}

static void say(struct task *tasks, int count, int (*right)(struct task *))
{
	for (int i = 0; i < count; i++)
		printf(" %s", !tasks[i].ended ? "stuck" : tasks[i].result != 1 ? "refused" : right(&tasks[i]) ? "right" : "wrong");
}

static int sign(struct task *task)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	int done = digest && EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, task->key) == 1
	           && EVP_DigestSign(digest, task->out, &task->out_length, text, sizeof(text)) == 1;

	EVP_MD_CTX_free(digest);
	return done;
}

static int is_signature(struct task *task)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	int done = digest && EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, task->key) == 1
	           && EVP_DigestVerify(digest, task->out, task->out_length, text, sizeof(text)) == 1;

	EVP_MD_CTX_free(digest);
	return done;
}

static int decrypt(struct task *task)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(task->key, NULL);
	int done = context && EVP_PKEY_decrypt_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
	           && EVP_PKEY_decrypt(context, task->out, &task->out_length, task->in, task->in_length) == 1;

	EVP_PKEY_CTX_free(context);
	return done;
}

static int is_plaintext(struct task *task)
{
	return task->out_length == sizeof(text) && !memcmp(task->out, text, sizeof(text));
}

static int exchange(struct task *task)
{
	EVP_PKEY *own = EVP_EC_gen(task->curve);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
	int done = context && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, task->key) == 1
	           && EVP_PKEY_derive(context, task->out, &task->out_length) == 1;

	EVP_PKEY_CTX_free(context);
	task->own = own;
	return done;
}

/* What the peer, who is not in a job, comes to. */
static int is_exchange(struct task *task)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(task->key, NULL);
	unsigned char theirs[KEY_BYTES];
	size_t length = sizeof(theirs);
	int done = context && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, task->own) == 1
	           && EVP_PKEY_derive(context, theirs, &length) == 1;

	EVP_PKEY_CTX_free(context);
	return done && length == task->out_length && !memcmp(theirs, task->out, length);
}

/* One in 256 begins with a nought. */
static void encrypt(struct task *task, int without_nought)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(task->key, NULL);
	unsigned char made[KEY_BYTES], *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t length;

	must(pages != MAP_FAILED && mprotect(pages + PAGE, PAGE, PROT_NONE) == 0, "mmap");
	do {
		length = sizeof(made);
		must(EVP_PKEY_encrypt_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
		     && EVP_PKEY_encrypt(context, made, &length, text, sizeof(text)) == 1, "encrypting");
	} while (made[0] != 0 || made[1] == 0);
	EVP_PKEY_CTX_free(context);
	task->in_length = length - without_nought;
	task->in = memcpy(pages + PAGE - task->in_length, made + without_nought, task->in_length);
}

static ENGINE *load(const char *id)
{
	ENGINE *engine;

	ENGINE_load_builtin_engines();
	must((engine = ENGINE_by_id(id)) && ENGINE_init(engine) && ENGINE_set_default_string(engine, "ALL"), "loading the engine");
	return engine;
}

/* A key takes the method that is the default when it is read. */
static EVP_PKEY *engines_key(const char *id, const char *kind)
{
	EVP_PKEY *made = strncmp(kind, "P-", 2) ? EVP_RSA_gen(KEY_BYTES * 8) : EVP_EC_gen(kind), *key;
	unsigned char *der = NULL;
	int length = i2d_PrivateKey(made, &der);
	const unsigned char *at = der;

	load(id);
	must((key = d2i_AutoPrivateKey(NULL, &at, length)) != NULL, "reading a key");
	return key;
}

static pthread_barrier_t all_paused, forked;
static struct task here[MOST], there[MOST];
static int count;

static void *other_thread(void *nothing)
{
	begin(there, count);
	pthread_barrier_wait(&all_paused);
	pthread_barrier_wait(&forked);
	complete(there, count);
	return nothing;
}

static void *other_thread_again(void *nothing)
{
	begin(there, count);
	complete(there, count);
	return nothing;
}

static void fork_meanwhile(void)
{
	pthread_t thread;
	int status;
	pid_t child;

	pthread_barrier_init(&all_paused, NULL, 2);
	pthread_barrier_init(&forked, NULL, 2);
	begin(here, count);
	must(!pthread_create(&thread, NULL, other_thread, NULL), "pthread_create");
	pthread_barrier_wait(&all_paused);
	fflush(stdout);
	if ((child = fork()) == 0)
		exit(0);
	must(child > 0 && waitpid(child, &status, 0) == child, "fork");
	pthread_barrier_wait(&forked);
	complete(here, count);
	pthread_join(thread, NULL);
	printf(WIFEXITED(status) ? "exit %d," : "signal %d,", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	say(here, count, is_signature);
	say(there, count, is_signature);
	/* A thread that has ended must take nothing from the others. */
	begin(here, count);
	must(!pthread_create(&thread, NULL, other_thread_again, NULL), "pthread_create");
	pthread_join(thread, NULL);
	complete(here, count);
	say(here, count, is_signature);
	say(there, count, is_signature);
}

/* ---- X25519 ---- */

enum { BYTES = 32, MASK = 0xa5 };
struct pair { unsigned char private_key[BYTES], public_key[BYTES]; };
static OSSL_LIB_CTX *apart; /* OpenSSL without the engine */
static time_t seconds = 1000;

/* In place of the C library's, for the engine too: of the clock that it reads time stands still. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (clock != CLOCK_MONOTONIC_COARSE)
		return (int)syscall(SYS_clock_gettime, clock, time);
	*time = (struct timespec){ .tv_sec = seconds };
	return 0;
}

static EVP_PKEY *generated(OSSL_LIB_CTX *where, const char *properties, const OSSL_PARAM *parameters)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(where, "X25519", properties);
	EVP_PKEY *key = NULL;

	must(context && EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_CTX_set_params(context, parameters) == 1 && EVP_PKEY_keygen(context, &key) == 1,
	     "generating a key");
	EVP_PKEY_CTX_free(context);
	return key;
}

/* As libssl asks for it. */
static EVP_PKEY *drawn(void)
{
	char group[] = "x25519";

	return generated(NULL, NULL, (OSSL_PARAM[]){ OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0), OSSL_PARAM_construct_end() });
}

/* Not by EVP_PKEY_get_raw_private_key(), which leaves a copy behind. */
static void read_raw(EVP_PKEY *key, struct pair *pair)
{
	size_t length;

	must(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PRIV_KEY, pair->private_key, BYTES, &length) == 1
	     && EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, pair->public_key, BYTES, &length) == 1, "reading a key");
}

/* Nowhere else does this leave a copy of the key. */
static void draw(struct pair *pair)
{
	EVP_PKEY *key = drawn();

	read_raw(key, pair);
	EVP_PKEY_free(key);
}

static int draw_in_job(struct task *task)
{
	draw(task->pair);
	return 1;
}

/* Whether OpenSSL comes to the same public key, from a private key of the form that it makes itself. */
static int is_pair(const struct pair *pair)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(apart, "X25519", NULL, pair->private_key, BYTES);
	struct pair own;

	read_raw(key, &own);
	EVP_PKEY_free(key);
	return !memcmp(own.public_key, pair->public_key, BYTES) && !(pair->private_key[0] & 7) && pair->private_key[BYTES - 1] >> 6 == 1;
}

static void judge(const struct pair *pairs, int all)
{
	for (int i = 0; i < all; i++) {
		int before = 0;

		while (before < i && memcmp(pairs[before].private_key, pairs[i].private_key, BYTES))
			before++;
		printf(" %s", before < i ? "twice" : is_pair(&pairs[i]) ? "right" : "wrong");
	}
}

static void *draw_many(void *pairs)
{
	for (int i = 0; i < count; i++)
		draw((struct pair *)pairs + i);
	return NULL;
}

static void draw_in_two_threads(void)
{
	static struct pair pairs[2 * MOST];
	pthread_t thread;

	must(!pthread_create(&thread, NULL, draw_many, pairs), "pthread_create");
	for (int i = 0; i < count; i++)
		here[i] = (struct task){ .work = draw_in_job, .pair = &pairs[count + i] };
	begin(here, count);
	complete(here, count);
	pthread_join(thread, NULL);
	judge(pairs, 2 * count);
}

static void draw_behind_fork(pid_t (*forks)(void))
{
	static struct pair pairs[1 + 2 * MOST];
	int ends[2], status;
	ssize_t bytes = (ssize_t)sizeof(*pairs) * count;
	pid_t child;

	draw(pairs);
	must(!pipe(ends) && (child = forks()) >= 0, "fork");
	draw_many(pairs + 1);
	if (!child)
		_exit(write(ends[1], pairs + 1, bytes) != bytes);
	must(read(ends[0], pairs + 1 + count, bytes) == bytes && waitpid(child, &status, 0) == child, "reading what the child drew");
	judge(pairs, 1 + 2 * count);
}

static void draw_later(void)
{
	static struct pair pairs[3 * MOST];

	for (int i = 0; i < 3; i++, seconds++)
		draw_many(pairs + i * count);
	judge(pairs, 3 * count);
}

static void draw_when_finished(ENGINE *engine)
{
	static struct pair pairs[1 + MOST];

	draw(pairs);
	ENGINE_unregister_RSA(engine);
	ENGINE_unregister_EC(engine);
	must(ENGINE_finish(engine), "finishing the engine");
	draw_many(pairs + 1);
	judge(pairs, 1 + count);
}

/* Whether a private key lies in memory. It is kept masked here, so that it is not found where it is looked for. */
static int lies_anywhere(const unsigned char *masked)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	int found = 0;

	must(maps != NULL, "reading /proc");
	while (fgets(line, sizeof(line), maps)) {
		unsigned char *from, *to;

		if (sscanf(line, "%p-%p", (void **)&from, (void **)&to) != 2 || !strstr(line, " rw"))
			continue;
		for (; from + BYTES <= to; from++) {
			int same = 0;

			while (same < BYTES && (from[same] ^ MASK) == masked[same])
				same++;
			found |= same == BYTES;
		}
	}
	fclose(maps);
	return found;
}

/* KiB of what is mapped to be empty in a child. */
static int empty_behind_fork(void)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	char line[512];
	int size = 0, all = 0;

	must(maps != NULL, "reading /proc");
	while (fgets(line, sizeof(line), maps)) {
		sscanf(line, "Size: %d", &size);
		if (!strncmp(line, "VmFlags:", 8) && strstr(line, " wf"))
			all += size;
	}
	fclose(maps);
	return all;
}

static void *draw_and_look(void *nothing)
{
	for (int i = 0; i < count; i++) {
		struct pair pair;
		unsigned char masked[BYTES];

		draw(&pair);
		for (int j = 0; j < BYTES; j++)
			masked[j] = pair.private_key[j] ^ MASK;
		OPENSSL_cleanse(&pair, sizeof(pair));
		printf(" %s", lies_anywhere(masked) ? "left" : "wiped");
	}
	seconds = empty_behind_fork();
	return nothing;
}

static void look_for_taken(void)
{
	pthread_t thread;

	must(!pthread_create(&thread, NULL, draw_and_look, NULL), "pthread_create");
	pthread_join(thread, NULL);
	printf(" %d", (int)seconds - empty_behind_fork());
}

static int derive(EVP_PKEY *own, EVP_PKEY *peer, unsigned char *shared)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
	size_t length = BYTES;
	int done = EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, peer) == 1 && EVP_PKEY_derive(context, shared, &length) == 1;

	EVP_PKEY_CTX_free(context);
	return done;
}

/* Of which each has a part that the other has not. */
static int agree(EVP_PKEY *one, EVP_PKEY *other)
{
	unsigned char theirs[BYTES], ours[BYTES];

	return derive(one, other, ours) && derive(other, one, theirs) && !memcmp(ours, theirs, BYTES);
}

static void say_whether(const char *what, int right) { printf(" %s %s", what, right ? "right" : "wrong"); }

/* "known", "derived" ...: each is followed by right or wrong. */
static void look_past_pool(void)
{
	/* RFC 7748, 6.1: Alice's private key and public key, Bob's public key, and what they share. RFC 9180, A.1.1: material, and the ephemeral public key that comes of it. */
	static const char *const hex[] = {
		"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
		"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
		"7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234", "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431" };
	unsigned char known[6][BYTES], shared[BYTES];
	EVP_PKEY *alice, *bob, *key;
	EVP_PKEY_CTX *context;
	struct pair pair;
	size_t length;

	for (int i = 0; i < 6; i++)
		must(OPENSSL_hexstr2buf_ex(known[i], BYTES, &length, hex[i], 0) == 1, "reading known numbers");
	alice = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, known[0], BYTES);
	bob = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, known[2], BYTES);
	read_raw(alice, &pair);
	say_whether("known", !memcmp(pair.public_key, known[1], BYTES) && derive(alice, bob, shared) && !memcmp(shared, known[3], BYTES));

	key = generated(NULL, NULL, (OSSL_PARAM[]){ OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DHKEM_IKM, known[4], BYTES), OSSL_PARAM_construct_end() });
	read_raw(key, &pair);
	say_whether("derived", !memcmp(pair.public_key, known[5], BYTES));

	context = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
	key = NULL;
	say_whether("parameters", EVP_PKEY_paramgen_init(context) == 1 && EVP_PKEY_paramgen(context, &key) == 1 && EVP_PKEY_is_a(key, "X25519")
	                                  && EVP_PKEY_get_raw_public_key(key, shared, (length = BYTES, &length)) == 1
	                                  && EVP_PKEY_get_raw_private_key(key, shared, &length) != 1);

	key = generated(apart, NULL, NULL);
	read_raw(key, &pair);
	say_whether("context", is_pair(&pair));
	key = generated(NULL, "provider=default", NULL);
	read_raw(key, &pair);
	say_whether("provider", is_pair(&pair));
}

static void use_pairs(void)
{
	unsigned char shared[BYTES], secret[2 * BYTES], theirs[2 * BYTES], wrapped[2048], public_key[BYTES], sealed[64], opened[64];
	size_t length = BYTES, wrapped_length = sizeof(wrapped), secret_length = sizeof(secret), theirs_length = sizeof(theirs), sealed_length = sizeof(sealed),
	       opened_length = sizeof(opened);
	OSSL_HPKE_SUITE suite = OSSL_HPKE_SUITE_DEFAULT;
	OSSL_HPKE_CTX *sender, *receiver;
	EVP_PKEY *one = drawn(), *other = EVP_PKEY_new(), *hybrid;
	EVP_PKEY_CTX *context;
	unsigned char *encoded = NULL, *der = NULL;
	const unsigned char *at;
	int bytes;

	/* As libssl makes a peer's key. */
	bytes = (int)EVP_PKEY_get1_encoded_public_key(one, &encoded);
	EVP_PKEY_copy_parameters(other, one);
	say_whether("encoded", bytes == BYTES && EVP_PKEY_set1_encoded_public_key(other, encoded, bytes) == 1 && EVP_PKEY_eq(one, other) == 1
	                               && EVP_PKEY_get_raw_private_key(other, shared, &length) != 1);
	say_whether("exchange", agree(drawn(), one));
	say_whether("mixed", agree(generated(NULL, "provider=default", NULL), one));

	bytes = i2d_PrivateKey(one, &der);
	at = der;
	say_whether("stored", bytes > 0 && (other = d2i_AutoPrivateKey(NULL, &at, bytes)) && EVP_PKEY_eq(one, other) == 1 && agree(other, drawn()));
	other = EVP_PKEY_dup(one);
	context = EVP_PKEY_CTX_new(other, NULL);
	say_whether("copied", agree(other, drawn()) && EVP_PKEY_check(context) == 1);

	suite.kem_id = OSSL_HPKE_KEM_ID_X25519;
	sender = OSSL_HPKE_CTX_new(OSSL_HPKE_MODE_BASE, suite, OSSL_HPKE_ROLE_SENDER, NULL, NULL);
	receiver = OSSL_HPKE_CTX_new(OSSL_HPKE_MODE_BASE, suite, OSSL_HPKE_ROLE_RECEIVER, NULL, NULL);
	length = BYTES;
	say_whether("hpke", OSSL_HPKE_keygen(suite, public_key, &length, &other, NULL, 0, NULL, NULL) == 1
	                            && OSSL_HPKE_encap(sender, wrapped, &wrapped_length, public_key, length, NULL, 0) == 1
	                            && OSSL_HPKE_seal(sender, sealed, &sealed_length, NULL, 0, text, sizeof(text)) == 1
	                            && OSSL_HPKE_decap(receiver, wrapped, wrapped_length, other, NULL, 0) == 1
	                            && OSSL_HPKE_open(receiver, opened, &opened_length, NULL, 0, sealed, sealed_length) == 1
	                            && opened_length == sizeof(text) && !memcmp(opened, text, sizeof(text)));

	must((hybrid = EVP_PKEY_Q_keygen(NULL, NULL, "X25519MLKEM768")) != NULL, "the hybrid's key");
	context = EVP_PKEY_CTX_new(hybrid, NULL);
	wrapped_length = sizeof(wrapped);
	say_whether("hybrid", EVP_PKEY_encapsulate_init(context, NULL) == 1
	                              && EVP_PKEY_encapsulate(context, wrapped, &wrapped_length, secret, &secret_length) == 1
	                              && EVP_PKEY_decapsulate_init(context, NULL) == 1
	                              && EVP_PKEY_decapsulate(context, theirs, &theirs_length, wrapped, wrapped_length) == 1
	                              && secret_length == theirs_length && !memcmp(secret, theirs, secret_length));
}

static long nanoseconds(const char *properties)
{
	struct timespec from, to;

	EVP_PKEY_free(generated(NULL, properties, NULL));
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < count; i++)
		EVP_PKEY_free(generated(NULL, properties, NULL));
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec - from.tv_nsec) / count;
}

static void x25519(const char *what, ENGINE *engine)
{
	must((apart = OSSL_LIB_CTX_new()) != NULL, "OSSL_LIB_CTX_new");
	if (!strcmp(what, "draw"))
		draw_in_two_threads();
	else if (!strcmp(what, "fork"))
		draw_behind_fork(fork);
	else if (!strcmp(what, "bare"))
		draw_behind_fork(_Fork);
	else if (!strcmp(what, "later"))
		draw_later();
	else if (!strcmp(what, "finished"))
		draw_when_finished(engine);
	else if (!strcmp(what, "wiped"))
		look_for_taken();
	else if (!strcmp(what, "past"))
		look_past_pool();
	else if (!strcmp(what, "used"))
		use_pairs();
	else
		printf(" engine %ld default %ld", nanoseconds(NULL), nanoseconds("provider=default"));
}

/* Where nothing is mapped at all the code is another one. */
static void overflown(int signal, siginfo_t *info, void *context)
{
	static const char guard[] = "overflow into guard\n", other[] = "overflow\n";

	(void)signal, (void)context;
	if (info->si_code == SEGV_ACCERR)
		_exit(write(1, guard, sizeof(guard) - 1) < 0);
	_exit(write(1, other, sizeof(other) - 1) < 0);
}

int main(int argc, char **argv)
{
	static char stack[64 << 10];
	struct sigaction action = { .sa_sigaction = overflown, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	EVP_PKEY *key;

	if (argc != 5)
		return 2;
	count = atoi(argv[4]);
	must(count > 0 && (count <= MOST || !strcmp(argv[3], "cost")), "counting");
	must(sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof(stack) }, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0, "sigaction");
	if (!strcmp(argv[2], "x25519")) {
		x25519(argv[3], load(argv[1]));
		putchar('\n');
		return 0;
	}
	if (!strcmp(argv[2], "ecdh")) {
		load(argv[1]);
		key = EVP_EC_gen(argv[3]);
		for (int i = 0; i < count; i++)
			here[i] = (struct task){ .work = exchange, .key = key, .curve = argv[3] };
		begin(here, count);
		complete(here, count);
		say(here, count, is_exchange);
		putchar('\n');
		return 0;
	}
	key = engines_key(argv[1], argv[3]);
	for (int i = 0; i < count; i++)
		here[i] = there[i] = (struct task){ .work = sign, .key = key };
	if (!strcmp(argv[2], "fork")) {
		fork_meanwhile();
	} else if (!strcmp(argv[2], "decrypt")) {
		for (int i = 0; i < count; i++) {
			here[i].work = decrypt;
			encrypt(&here[i], !strcmp(argv[3], "short"));
		}
		begin(here, count);
		complete(here, count);
		say(here, count, is_plaintext);
	} else if (!strcmp(argv[2], "called")) {
		by_callback = 1;
		begin(here, count);
		resume_unasked(here, count);
		complete_woken(here, count);
		say(here, count, is_signature);
	} else {
		begin(here, count);
		complete(here, count);
		say(here, count, is_signature);
	}
	putchar('\n');
	return 0;
}
