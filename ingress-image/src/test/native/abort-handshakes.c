/* A TLS client for tests that goes away in the middle: sends a ClientHello, waits, resets the connection.
 *
 *   abort-handshakes PORT TIMES MILLISECONDS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/ssl.h>

int main(int argc, char **argv)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	/* Zero seconds: close() sends a RST. */
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	char *hello;
	long length;

	if (argc != 4)
		return 2;
	server.sin_port = htons(atoi(argv[1]));
	SSL_set_bio(ssl, in, out);
	SSL_set_connect_state(ssl);
	SSL_do_handshake(ssl);
	length = BIO_get_mem_data(out, &hello);

	for (long times = atol(argv[2]); times > 0; times--) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof(server)) < 0) {
			perror("abort-handshakes: connect");
			return 1;
		}
		/* A server that has enough connections may have closed this one already. */
		if (send(fd, hello, length, MSG_NOSIGNAL) != length && errno != ECONNRESET && errno != EPIPE) {
			perror("abort-handshakes: send");
			return 1;
		}
		usleep(atol(argv[3]) * 1000);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	return 0;
}
