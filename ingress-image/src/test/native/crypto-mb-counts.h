/* How many lanes were computed: in the file that CRYPTO_MB_COUNTS names, if it is set, as three 64-bit numbers. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct counts { uint64_t rsa, ec, x25519; } nowhere, *counts = &nowhere;

__attribute__((constructor)) static void count_where(void)
{
	const char *file = getenv("CRYPTO_MB_COUNTS");
	int fd = file ? open(file, O_RDWR | O_CLOEXEC) : -1;
	void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (shared != MAP_FAILED)
		counts = shared;
	else if (file)
		abort();
}
