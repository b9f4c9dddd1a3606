/* A TLS client for tests that goes away in the middle of a handshake.
 *
 *   abort-handshakes PORT TIMES WHAT HOW MILLISECONDS
 *
 * WHAT it does until it goes away:
 *   nothing      connects
 *   part         sends the first half of a ClientHello
 *   hello        sends a ClientHello
 *   tls13        goes on with the handshake, TLS 1.3
 *   tls12        the same, TLS 1.2
 *   rsa          the same, TLS 1.2 with RSA key exchange
 *   certificate  as tls13, with a certificate of its own (/tmp/client.pem)
 *   early        a resumed handshake of TLS 1.3 with early data; before that it makes one that goes well
 *   plain        no TLS: sends a request, which HAProxy passes on to a server with TLS
 * HOW it goes: rst (a RST), fin (a FIN), half (shuts down its sending side, waits 15 ms more, and closes)
 * MILLISECONDS from connecting to going: from nought to this, in turn
 * GROUP in the environment: of the key exchange
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <openssl/ssl.h>

static const char *what;
static SSL_SESSION *session;

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for the server, until a time at most. */
static void wait_until(int fd, short events, long end)
{
	long left = end - now_ms();
	struct pollfd poll_fd = { .fd = fd, .events = events };

	if (left > 0)
		poll(&poll_fd, 1, left);
}

static void shake(SSL *ssl, int fd, long end)
{
	char byte;

	while (now_ms() < end) {
		int result = SSL_do_handshake(ssl);

		/* Done: the rest of the time it waits for what the server says. */
		if (result == 1)
			result = SSL_read(ssl, &byte, 1);
		if (result > 0)
			continue;
		switch (SSL_get_error(ssl, result)) {
		case SSL_ERROR_WANT_READ:
			wait_until(fd, POLLIN, end);
			break;
		case SSL_ERROR_WANT_WRITE:
			wait_until(fd, POLLOUT, end);
			break;
		default:
			wait_until(fd, 0, end);
		}
	}
}

static int keep_session(SSL *ssl, SSL_SESSION *made)
{
	(void)ssl;
	SSL_SESSION_free(session);
	session = made;
	return 1;
}

static SSL_CTX *client(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	int tls12 = !strcmp(what, "tls12") || !strcmp(what, "rsa");

	SSL_CTX_set_min_proto_version(context, tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
	SSL_CTX_set_max_proto_version(context, tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
	/* One that the engine computes. */
	if (SSL_CTX_set1_groups_list(context, getenv("GROUP")) != 1)
		abort();
	if (!strcmp(what, "rsa") && !SSL_CTX_set_cipher_list(context, "AES256-GCM-SHA384"))
		abort();
	if (!strcmp(what, "certificate") && (SSL_CTX_use_certificate_file(context, "/tmp/client.pem", SSL_FILETYPE_PEM) != 1
	                                     || SSL_CTX_use_PrivateKey_file(context, "/tmp/client.pem", SSL_FILETYPE_PEM) != 1))
		abort();
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(context, keep_session);
	return context;
}

static int connected(const struct sockaddr_in *server)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)server, sizeof(*server)) < 0) {
		perror("abort-handshakes: connect");
		exit(1);
	}
	return fd;
}

/* One that goes well, for a session with early data. */
static void make_session(SSL_CTX *context, const struct sockaddr_in *server)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	int fd = connected(server);
	SSL *ssl = SSL_new(context);
	char answer[1024];

	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1 || SSL_write(ssl, request, sizeof(request) - 1) <= 0 || SSL_read(ssl, answer, sizeof(answer)) <= 0)
		abort();
	SSL_shutdown(ssl);
	SSL_free(ssl);
	close(fd);
	if (!session || SSL_SESSION_get_max_early_data(session) == 0) {
		fprintf(stderr, "abort-handshakes: the server offers no early data\n");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	/* Zero seconds: close() sends a RST. */
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	SSL_CTX *context;
	const char *how;
	long times, most;

	if (argc != 6)
		return 2;
	server.sin_port = htons(atoi(argv[1]));
	times = atol(argv[2]), what = argv[3], how = argv[4], most = atol(argv[5]);
	/* The server may have gone first. */
	signal(SIGPIPE, SIG_IGN);
	context = client();
	if (!strcmp(what, "early"))
		make_session(context, &server);

	for (long turn = 0; turn < times; turn++) {
		long end;
		int fd = connected(&server);
		SSL *ssl = SSL_new(context);
		BIO *out = BIO_new(BIO_s_mem());
		char *hello;
		long length;
		size_t written;

		end = now_ms() + turn % (most + 1);
		SSL_set_connect_state(ssl);
		if (!strcmp(what, "part") || !strcmp(what, "hello")) {
			SSL_set_bio(ssl, BIO_new(BIO_s_mem()), out);
			SSL_do_handshake(ssl);
			length = BIO_get_mem_data(out, &hello);
			/* A server that has enough connections may have closed this one already. */
			if (send(fd, hello, strcmp(what, "part") ? length : length / 2, MSG_NOSIGNAL) < 0 && errno != ECONNRESET && errno != EPIPE) {
				perror("abort-handshakes: send");
				return 1;
			}
			wait_until(fd, 0, end);
		} else if (!strcmp(what, "nothing")) {
			BIO_free(out);
			wait_until(fd, 0, end);
		} else if (!strcmp(what, "plain")) {
			BIO_free(out);
			if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) {
				perror("abort-handshakes: send");
				return 1;
			}
			wait_until(fd, 0, end);
		} else {
			BIO_free(out);
			SSL_set_fd(ssl, fd);
			if (!strcmp(what, "early")) {
				SSL_set_session(ssl, session);
				SSL_write_early_data(ssl, request, sizeof(request) - 1, &written);
			}
			BIO_socket_nbio(fd, 1);
			shake(ssl, fd, end);
		}
		if (!strcmp(how, "half")) {
			shutdown(fd, SHUT_WR);
			wait_until(fd, 0, now_ms() + 15);
		} else if (!strcmp(how, "rst")) {
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		}
		SSL_set_quiet_shutdown(ssl, 1);
		SSL_free(ssl);
		close(fd);
	}
	return 0;
}
