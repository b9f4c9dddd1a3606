/* A device node that answers EBUSY to whoever opens it, as that of a VF does which another process has: the slave of a pseudo terminal in exclusive
 * mode (ioctl_tty(2), TIOCEXCL). Prints its name and holds it until the end of standard input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

int main(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	if (master < 0 || grantpt(master) || unlockpt(master) || (slave = open(ptsname(master), O_RDWR | O_NOCTTY)) < 0
	    || ioctl(slave, TIOCEXCL) || fchmod(slave, 0666)) {
		perror("exclusive-tty");
		return 1;
	}
	puts(ptsname(master));
	fflush(stdout);
	return getchar() == EOF ? 0 : 1;
}
