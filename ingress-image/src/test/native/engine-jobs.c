/* Lets an engine compute for several asynchronous jobs at the same time, as HAProxy does, and says what came of each.
 *
 *   engine-jobs ID sign rsa|ec COUNT         signatures
 *   engine-jobs ID decrypt full|short COUNT  ciphertexts whose first byte is nought and is there, or left out, each right before a page that must not be read
 *   engine-jobs ID fork rsa COUNT            RSA signatures in two threads; when all jobs have paused the process forks, and the child exits; then as many again
 *
 * A line of words, one for each job: "right", "wrong", "refused" by the engine, or "stuck" if nobody has woken it within ten seconds. Behind a fork what became of the child
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <openssl/async.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

enum { MOST = 16, KEY_BYTES = 256, PAGE = 4096, PATIENCE_SECONDS = 10 };
static const unsigned char text[] = "what is to be signed, or encrypted";

struct task {
	int (*work)(struct task *);
	EVP_PKEY *key;
	unsigned char *in, out[2 * KEY_BYTES];
	size_t in_length, out_length;
	ASYNC_JOB *job;
	ASYNC_WAIT_CTX *waits;
	int result, ended;
};

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

static void begin(struct task *tasks, int count)
{
	for (int i = 0; i < count; i++) {
		tasks[i].ended = 0;
		tasks[i].job = NULL;
		tasks[i].out_length = sizeof(tasks[i].out);
		must((tasks[i].waits = ASYNC_WAIT_CTX_new()) != NULL, "ASYNC_WAIT_CTX_new");
		go_on(&tasks[i]);
	}
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

/* A key takes the method that is the default when it is read. */
static EVP_PKEY *engines_key(const char *id, const char *kind)
{
	EVP_PKEY *made = strcmp(kind, "ec") ? EVP_RSA_gen(KEY_BYTES * 8) : EVP_EC_gen("P-256"), *key;
	unsigned char *der = NULL;
	int length = i2d_PrivateKey(made, &der);
	const unsigned char *at = der;
	ENGINE *engine;

	ENGINE_load_builtin_engines();
	must((engine = ENGINE_by_id(id)) && ENGINE_init(engine) && ENGINE_set_default_string(engine, "ALL"), "loading the engine");
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
	must(count > 0 && count <= MOST, "counting");
	must(sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof(stack) }, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0, "sigaction");
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
	} else {
		begin(here, count);
		complete(here, count);
		say(here, count, is_signature);
	}
	putchar('\n');
	return 0;
}
