/* What an engine offers once it is initialised, as a process that loads it finds it: "RSA EC", or less, or "nothing".
 *
 *   engine-offers ID
 */
#include <stdio.h>
#include <openssl/engine.h>

int main(int argc, char **argv)
{
	ENGINE *engine;

	if (argc != 2 || !(engine = ENGINE_by_id(argv[1])) || !ENGINE_init(engine))
		return 1;
	puts(ENGINE_get_RSA(engine) && ENGINE_get_EC(engine) ? "RSA EC" : ENGINE_get_RSA(engine) ? "RSA" : ENGINE_get_EC(engine) ? "EC" : "nothing");
	return 0;
}
