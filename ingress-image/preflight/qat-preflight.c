/* Says which acceleration is in force before the controller starts, and why not a better one, by letting the engine sign.
 *
 *   qat-preflight [COMMAND [ARG]...]
 *
 * One line on standard error, the same and more as JSON in /var/run/haproxy/acceleration.json; then COMMAND takes its place. The environment
 * variable KUBE_QAT_ACCELERATION says what is wanted: "preferred" (the default), "required" or "off". COMMAND finds the answer in the variable
 * QAT_PREFLIGHT_ACCELERATION, where HAProxy takes it from for its metrics. Exit code: COMMAND's; or 0 without one;
 * 2 the environment is wrong; 3 an acceleration is required and none is in force; 126 COMMAND cannot be run.
 *
 * An engine that loads proves nothing: it falls back to OpenSSL without a word. What falls back at once never pauses its asynchronous job; what the
 * card takes, or a batch of the software path, does. But such a batch is left to OpenSSL, too, if too few have come. So the proof is eight RSA signatures
 * at the same time, a full batch, each of whose jobs paused, and that OpenSSL alone then verifies. The trial runs in a process of its own: what the
 * engine opened (a VF can be opened once), started or broke ends with it.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <openssl/async.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static const char engine_id[] = ENGINE_ID; /* the first of engine.conf */
static const char state_file[] = "/var/run/haproxy/acceleration.json";
static const char variable[] = "KUBE_QAT_ACCELERATION";
enum { EXIT_ENVIRONMENT = 2, EXIT_REQUIRED = 3, EXIT_COMMAND = 126 };
enum { TRIAL_SECONDS = 20, LINES = 64, LENGTH = 400 };
/* At the same time: a full batch of the software path, which leaves less than half of one to OpenSSL. */
enum { SIGNATURES = 8 };
static const rlim_t locked_per_vf = 16 << 20; /* qatlib's own memory and its rings, for each VF it opens */

struct lines { int count; char line[LINES][LENGTH]; };

__attribute__((format(printf, 2, 3))) static void add(struct lines *lines, const char *format, ...)
{
	va_list arguments;

	if (lines->count == LINES)
		return;
	va_start(arguments, format);
	vsnprintf(lines->line[lines->count++], LENGTH, format, arguments);
	va_end(arguments);
}

/* ---- the trial ---- */

/* paused: of how many signatures the jobs did */
struct trial { int loaded, verified, paused; char problem[LENGTH]; };

static const char *openssl_error(void)
{
	const char *data = NULL;
	int flags = 0;
	static char text[LENGTH];
	/* The first is the cause, such as what the dynamic loader said; the others say where it led to. */
	unsigned long code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags);
	const char *reason = ERR_reason_error_string(code);

	snprintf(text, sizeof(text), "%s%s%s", reason ? reason : "no reason given", data && *data ? ": " : "", data && *data ? data : "");
	ERR_clear_error();
	return text;
}

struct signing { EVP_PKEY *key; const unsigned char *text; size_t length; unsigned char *signature; size_t *room; };

static int sign(void *argument)
{
	struct signing *s = *(struct signing **)argument;
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	int done = digest && EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, s->key) == 1
	           && EVP_DigestSign(digest, s->signature, s->room, s->text, s->length) == 1;

	EVP_MD_CTX_free(digest);
	return done;
}

static int verify(EVP_PKEY *key, const struct signing *s)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	int done = digest && EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, key) == 1
	           && EVP_DigestVerify(digest, s->signature, *s->room, s->text, s->length) == 1;

	EVP_MD_CTX_free(digest);
	return done;
}

/* Runs sign() of each as HAProxy runs handshakes: all at the same time, each in a job. Returns 1 if all are made, 0 if one failed, or -1 with the problem set. */
static int sign_asynchronously(struct signing *all, int count, struct trial *trial)
{
	ASYNC_WAIT_CTX *waits[SIGNATURES];
	ASYNC_JOB *jobs[SIGNATURES] = { NULL };
	int results[SIGNATURES] = { 0 }, ended[SIGNATURES] = { 0 }, paused[SIGNATURES] = { 0 }, left = count;

	for (int i = 0; i < count; i++)
		waits[i] = ASYNC_WAIT_CTX_new();
	while (left > 0) {
		struct pollfd polls[SIGNATURES];
		int watched = 0;

		for (int i = 0; i < count; i++) {
			struct signing *s = &all[i];
			OSSL_ASYNC_FD fds[8];
			size_t has = 0;

			if (ended[i])
				continue;
			switch (ASYNC_start_job(&jobs[i], waits[i], &results[i], sign, &s, sizeof(s))) {
			case ASYNC_FINISH:
				ended[i] = 1;
				left--;
				continue;
			case ASYNC_PAUSE:
				/* Once for each: this loop also resumes who must pause again. */
				trial->paused += !paused[i];
				paused[i] = 1;
				break;
			default:
				snprintf(trial->problem, sizeof(trial->problem), "no asynchronous job could be run: %s", openssl_error());
				return -1;
			}
			if (ASYNC_WAIT_CTX_get_all_fds(waits[i], NULL, &has) && has > 0 && has <= 8 && ASYNC_WAIT_CTX_get_all_fds(waits[i], fds, &has))
				polls[watched++] = (struct pollfd){ .fd = fds[0], .events = POLLIN };
		}
		if (left > 0)
			poll(polls, watched, 100); /* its result does not matter: each job itself knows whether it was resumed too early */
	}
	for (int i = 0; i < count; i++) {
		ASYNC_WAIT_CTX_free(waits[i]);
		if (results[i] != 1)
			return 0;
	}
	return 1;
}

static void try_engine(struct trial *trial)
{
	static const unsigned char text[] = "kube-qat preflight";
	static unsigned char signatures[SIGNATURES][512];
	unsigned char *private_der = NULL, *public_der = NULL;
	size_t rooms[SIGNATURES];
	struct signing all[SIGNATURES];
	EVP_PKEY *key;
	EVP_PKEY *made = EVP_RSA_gen(2048), *plain;
	int private_length, public_length;
	const unsigned char *at;
	ENGINE *engine;

	if (!made || (private_length = i2d_PrivateKey(made, &private_der)) <= 0 || (public_length = i2d_PUBKEY(made, &public_der)) <= 0) {
		snprintf(trial->problem, sizeof(trial->problem), "OpenSSL cannot make an RSA key: %s", openssl_error());
		return;
	}
	ERR_clear_error();
	ENGINE_load_builtin_engines();
	if (!(engine = ENGINE_by_id(engine_id)) || !ENGINE_init(engine) || !ENGINE_set_default_string(engine, "ALL")) {
		snprintf(trial->problem, sizeof(trial->problem), "the engine \"%s\" cannot load: %s", engine_id, openssl_error());
		return;
	}
	trial->loaded = 1;
	/* A key takes the method that is the default when it is read. */
	at = private_der;
	if (!(key = d2i_AutoPrivateKey(NULL, &at, private_length))) {
		snprintf(trial->problem, sizeof(trial->problem), "the engine's RSA key cannot be read: %s", openssl_error());
		return;
	}
	for (int i = 0; i < SIGNATURES; i++) {
		rooms[i] = sizeof(signatures[i]);
		all[i] = (struct signing){ .key = key, .text = text, .length = sizeof(text), .signature = signatures[i], .room = &rooms[i] };
	}
	switch (sign_asynchronously(all, SIGNATURES, trial)) {
	case 1:
		break;
	case 0:
		snprintf(trial->problem, sizeof(trial->problem), "the signature failed: %s", openssl_error());
		/* fall through */
	default:
		return;
	}
	for (int i = 0; i < SIGNATURES; i++) {
		if (!verify(key, &all[i])) {
			snprintf(trial->problem, sizeof(trial->problem), "the engine does not verify its own signature: %s", openssl_error());
			return;
		}
	}
	ENGINE_unregister_RSA(engine);
	at = public_der;
	plain = d2i_PUBKEY(NULL, &at, public_length);
	for (int i = 0; i < SIGNATURES; i++) {
		if (!plain || !verify(plain, &all[i])) {
			snprintf(trial->problem, sizeof(trial->problem), "the signature is wrong: OpenSSL alone does not verify it: %s", openssl_error());
			return;
		}
	}
	trial->verified = 1;
}

/* Runs try_engine() in a process of its own, at most TRIAL_SECONDS; what it prints goes to said. */
static void run_trial(struct trial *trial, struct lines *said)
{
	static char text[64 << 10];
	size_t length = 0;
	int output[2], result[2], status;
	struct timespec now, end;
	pid_t child;

	memset(trial, 0, sizeof(*trial));
	if (pipe2(output, O_CLOEXEC) || pipe2(result, O_CLOEXEC) || (child = fork()) < 0) {
		snprintf(trial->problem, sizeof(trial->problem), "no process for the trial: %s", strerror(errno));
		return;
	}
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(output[1], 1);
		dup2(output[1], 2);
		try_engine(trial);
		fflush(NULL);
		/* Without a farewell to the engine: its threads end with the process, its VFs are closed with it. */
		_exit(write(result[1], trial, sizeof(*trial)) == (ssize_t)sizeof(*trial) ? 0 : 1);
	}
	close(output[1]);
	close(result[1]);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += TRIAL_SECONDS;
	for (;;) {
		struct pollfd wait = { .fd = output[0], .events = POLLIN };
		long left;
		ssize_t got;

		clock_gettime(CLOCK_MONOTONIC, &now);
		left = (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1000000;
		if (left <= 0) {
			kill(child, SIGKILL);
			snprintf(trial->problem, sizeof(trial->problem), "the engine gave no signature within %d s", TRIAL_SECONDS);
			break;
		}
		if (poll(&wait, 1, left) <= 0)
			continue;
		if ((got = read(output[0], text + length, sizeof(text) - 1 - length)) <= 0)
			break;
		length += got;
	}
	close(output[0]);
	waitpid(child, &status, 0);
	if (!*trial->problem && read(result[0], trial, sizeof(*trial)) != (ssize_t)sizeof(*trial)) {
		memset(trial, 0, sizeof(*trial));
		if (WIFSIGNALED(status))
			snprintf(trial->problem, sizeof(trial->problem), "the engine crashed: signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
		else
			snprintf(trial->problem, sizeof(trial->problem), "the engine ended the process with %d", WEXITSTATUS(status));
	}
	for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		add(said, "%s", line);
}

/* The word after key= in the engine's own line ("QAT engine: acceleration=... hardware=... software=... pid=..."), or "unknown". */
static const char *engine_says(const struct lines *said, const char *key, char *word, size_t room)
{
	static const char start[] = "QAT engine: ";

	snprintf(word, room, "unknown");
	for (int i = 0; i < said->count; i++) {
		char *at = strstr(said->line[i], start), find[32];

		snprintf(find, sizeof(find), " %s=", key);
		if (!at || !(at = strstr(at + sizeof(start) - 2, find)))
			continue;
		at += strlen(find);
		snprintf(word, room, "%.*s", (int)strcspn(at, " \n"), at);
	}
	return word;
}

/* ---- why not the better one ---- */

/* CAP_IPC_LOCK lifts the limit of locked memory. */
static int may_lock_without_limit(void)
{
	char line[128];
	unsigned long long capabilities = 0;
	FILE *status = fopen("/proc/self/status", "re");

	while (status && fgets(line, sizeof(line), status))
		sscanf(line, "CapEff: %llx", &capabilities);
	if (status)
		fclose(status);
	return capabilities >> 14 & 1;
}

static void why_no_hardware(struct lines *why, const char *state, const struct lines *said)
{
	DIR *nodes = opendir("/dev/vfio");
	struct rlimit locked;
	struct dirent *node;
	int groups = 0, fd;
	struct stat seen;
	char path[300];

	while (nodes && (node = readdir(nodes))) {
		if (!isdigit((unsigned char)*node->d_name))
			continue;
		groups++;
		snprintf(path, sizeof(path), "/dev/vfio/%s", node->d_name);
		if ((fd = open(path, O_RDWR | O_CLOEXEC)) >= 0)
			close(fd);
		else
			add(why, "cannot open %s: %s (%s)%s", path, strerrorname_np(errno), strerror(errno),
			    errno == EACCES ? "; let the container's user open it, by a rule on the host or containerd's device_ownership_from_security_context"
			    : errno == EBUSY ? "; another process has it: end that one, or ask for more VFs" : "");
		snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%s/devices", node->d_name);
		if (stat(path, &seen))
			add(why, "group %s is not visible in /sys/kernel/iommu_groups (%s): libqat cannot tell what device it is; in a VM give it an IOMMU",
			    node->d_name, strerror(errno));
	}
	if (!nodes || groups == 0) {
		add(why, "no VF in /dev/vfio%s%s; does the pod ask for qat.intel.com/cy, and does the node offer it?", nodes ? "" : ": ",
		    nodes ? "" : strerror(errno));
		if (nodes)
			closedir(nodes);
		return;
	}
	closedir(nodes);
	if ((fd = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC)) >= 0)
		close(fd);
	else
		add(why, "cannot open /dev/vfio/vfio: %s (%s)", strerrorname_np(errno), strerror(errno));
	if (!getrlimit(RLIMIT_MEMLOCK, &locked) && locked.rlim_cur < locked_per_vf && !may_lock_without_limit())
		add(why, "the limit of locked memory is %llu KiB, a VF needs %llu KiB; raise LimitMEMLOCK of the container runtime",
		    (unsigned long long)locked.rlim_cur >> 10, (unsigned long long)locked_per_vf >> 10);
	/* What was found need not be the cause: libqat's first word is told, too. */
	for (int i = 0; !strcmp(state, "failed") && i < said->count; i++) {
		if (strncmp(said->line[i], "QAT", 3)) {
			add(why, "libqat said: %s", said->line[i]);
			break;
		}
	}
	if (!why->count)
		add(why, "the engine says hardware=%s, and nothing is found that would explain it", state);
}

static void why_no_software(struct lines *why, const char *state)
{
	char missing[LENGTH] = "";
	/* What crypto_mb's AVX-512 code is compiled for (its src/common/cpu_features.c), and the two that the engine asks for beside. */
#define NEED(feature, name) \
	if (!__builtin_cpu_supports(feature)) \
		strcat(missing, " " name)
	__builtin_cpu_init();
	NEED("bmi2", "bmi2");
	NEED("avx512f", "avx512f");
	NEED("avx512dq", "avx512dq");
	NEED("avx512bw", "avx512bw");
	NEED("avx512ifma", "avx512ifma");
	NEED("avx512vbmi2", "avx512_vbmi2");
	NEED("vaes", "vaes");
	NEED("vpclmulqdq", "vpclmulqdq");
	if (*missing)
		add(why, "the CPU lacks%s", missing);
	else
		add(why, "the CPU has what is needed, and the engine says %s", state);
}

/* ---- the answer ---- */

static void json_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if (*at == '"' || *at == '\\')
			fprintf(out, "\\%c", *at);
		else if (*at < 0x20 || *at == 0x7f)
			fprintf(out, "\\u%04x", *at);
		else
			fputc(*at, out);
	}
	fputc('"', out);
}

static void json_list(FILE *out, const char *key, const struct lines *lines)
{
	fprintf(out, "\"%s\":[", key);
	for (int i = 0; i < lines->count; i++) {
		if (i)
			fputc(',', out);
		json_string(out, lines->line[i]);
	}
	fputc(']', out);
}

static void text_list(const char *key, const struct lines *lines)
{
	fprintf(stderr, " %s=\"", key);
	for (int i = 0; i < lines->count; i++) {
		fprintf(stderr, "%s", i ? " | " : "");
		for (const char *at = lines->line[i]; *at; at++)
			fputc(*at == '"' ? '\'' : *at, stderr); /* so that a reader finds the end */
	}
	fputc('"', stderr);
}

int main(int argc, char **argv)
{
	static struct lines said, hardware, software;
	static char written[sizeof(state_file) + 4];
	const char *wanted = getenv(variable), *acceleration = "none", *hardware_state = "off", *software_state = "off";
	char word[3][64];
	struct trial trial = { 0 };
	static struct lines problem;
	int wrong = 0, proven;
	FILE *state;

	for (char **pair = environ; *pair; pair++) {
		if (!strncmp(*pair, "KUBE_QAT_", 9) && (strncmp(*pair, variable, strlen(variable)) || (*pair)[strlen(variable)] != '=')) {
			fprintf(stderr, "QAT preflight: %.*s is no variable of this image; the only one is %s\n", (int)strcspn(*pair, "="), *pair, variable);
			wrong = 1;
		}
	}
	if (!wanted || !*wanted)
		wanted = "preferred";
	if (strcmp(wanted, "preferred") && strcmp(wanted, "required") && strcmp(wanted, "off")) {
		fprintf(stderr, "QAT preflight: %s is \"%s\"; allowed are required, preferred and off\n", variable, wanted);
		wrong = 1;
	}
	if (wrong)
		return EXIT_ENVIRONMENT;

	if (!strcmp(wanted, "off")) {
		add(&hardware, "switched off by %s", variable);
		add(&software, "switched off by %s", variable);
	} else {
		run_trial(&trial, &said);
		engine_says(&said, "acceleration", word[0], sizeof(word[0]));
		hardware_state = engine_says(&said, "hardware", word[1], sizeof(word[1]));
		software_state = engine_says(&said, "software", word[2], sizeof(word[2]));
		proven = trial.verified && trial.paused == SIGNATURES;
		if (proven && (!strcmp(word[0], "hw") || !strcmp(word[0], "sw")))
			acceleration = word[0];
		else if (!*trial.problem && strcmp(word[0], "none"))
			snprintf(trial.problem, sizeof(trial.problem), "the engine says acceleration=%s, and %d of %d signatures were made without a pause, so by OpenSSL",
			         word[0], SIGNATURES - trial.paused, SIGNATURES);
		if (strcmp(acceleration, "hw") && trial.loaded)
			why_no_hardware(&hardware, hardware_state, &said);
		if (!strcmp(acceleration, "none") && trial.loaded)
			why_no_software(&software, software_state);
	}

	fprintf(stderr, "QAT preflight: acceleration=%s wanted=%s", acceleration, wanted);
	if (strcmp(wanted, "off"))
		fprintf(stderr, " engine=%s signature=%s pauses=%d", trial.loaded ? "loaded" : "failed", trial.verified ? "verified" : "failed", trial.paused);
	if (*trial.problem) {
		add(&problem, "%s", trial.problem);
		text_list("problem", &problem);
	}
	if (hardware.count)
		text_list("hardware", &hardware);
	if (software.count)
		text_list("software", &software);
	fputc('\n', stderr);

	unlink(state_file); /* an earlier start's: better no answer than an old one */
	snprintf(written, sizeof(written), "%s.new", state_file);
	state = fopen(written, "we");
	if (state) {
		fprintf(state, "{\"acceleration\":\"%s\",\"wanted\":\"%s\",\"engine\":{\"id\":\"%s\",\"loaded\":%s,", acceleration, wanted, engine_id,
		        trial.loaded ? "true" : "false");
		json_list(state, "said", &said);
		fprintf(state, "},\"signature\":{\"verified\":%s,\"pauses\":%d},\"problem\":", trial.verified ? "true" : "false", trial.paused);
		json_string(state, trial.problem);
		fprintf(state, ",\"hardware\":{\"state\":\"%s\",", hardware_state);
		json_list(state, "reasons", &hardware);
		fprintf(state, "},\"software\":{\"state\":\"%s\",", software_state);
		json_list(state, "reasons", &software);
		fputs("}}\n", state);
	}
	/* No reason to end: the line above is the same answer. */
	if (!state || fclose(state) || rename(written, state_file))
		fprintf(stderr, "QAT preflight: cannot write %s: %s; mount a writable volume there\n", state_file, strerror(errno));

	if (!strcmp(wanted, "required") && !strcmp(acceleration, "none")) {
		fprintf(stderr, "QAT preflight: %s=required, and no acceleration is in force, for the reasons above: ending with %d\n", variable, EXIT_REQUIRED);
		return EXIT_REQUIRED;
	}
	if (argc < 2)
		return 0;
	setenv("QAT_PREFLIGHT_ACCELERATION", acceleration, 1);
	execvp(argv[1], argv + 1);
	fprintf(stderr, "QAT preflight: cannot run %s: %s\n", argv[1], strerror(errno));
	return EXIT_COMMAND;
}
