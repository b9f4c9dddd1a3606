/*
 * What a program does with a VF that it was given: opens the VFIO container, the group and the device, and says what the kernel answered, one "name=value"
 * a line (Documentation/driver-api/vfio.rst, "VFIO Usage Example"; the same way as qatlib's vfio_mgr_lib.c).
 *
 *   vfio-open [--uid UID] [--hold] GROUP ADDRESS
 *
 * --uid   gives all privileges away first
 * --hold  keeps the device open until the process is killed, after the line "held=yes"
 * Exit codes: 0 all was granted; 1 the kernel refused, see the last line; 2 wrong usage.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int refused(const char *what)
{
	printf("refused=%s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int hold = 0;
	uid_t uid = 0;

	for (argv++, argc--; argc > 2; argv++, argc--) {
		if (!strcmp(*argv, "--hold")) {
			hold = 1;
		} else if (!strcmp(*argv, "--uid")) {
			uid = atoi(*++argv);
			argc--;
		} else {
			break;
		}
	}
	if (argc != 2) {
		fprintf(stderr, "usage: vfio-open [--uid UID] [--hold] GROUP ADDRESS\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (uid && (setgroups(0, NULL) || setgid(uid) || setuid(uid)))
		return refused("giving privileges away");
	printf("uid=%d\n", (int)getuid());

	int container = open("/dev/vfio/vfio", O_RDWR);
	if (container < 0)
		return refused("open /dev/vfio/vfio");
	printf("api=%d\n", ioctl(container, VFIO_GET_API_VERSION));
	printf("type1v2=%d\n", ioctl(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU));

	char path[64];
	snprintf(path, sizeof path, "/dev/vfio/%s", argv[0]);
	int group = open(path, O_RDWR);
	if (group < 0)
		return refused(path);
	struct vfio_group_status status = {.argsz = sizeof status};
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status))
		return refused("VFIO_GROUP_GET_STATUS");
	printf("group=%s\nviable=%s\n", path, status.flags & VFIO_GROUP_FLAGS_VIABLE ? "yes" : "no");
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
		return refused("VFIO_GROUP_SET_CONTAINER");
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return refused("VFIO_SET_IOMMU");

	size_t size = sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return refused("mmap");
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof map, .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE, .vaddr = (uintptr_t)memory, .iova = 0, .size = size,
	};
	if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map))
		return refused("VFIO_IOMMU_MAP_DMA");
	printf("dma=%zu bytes\n", size);

	int device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, argv[1]);
	if (device < 0)
		return refused("VFIO_GROUP_GET_DEVICE_FD");
	struct vfio_device_info info = {.argsz = sizeof info};
	if (ioctl(device, VFIO_DEVICE_GET_INFO, &info))
		return refused("VFIO_DEVICE_GET_INFO");
	struct vfio_region_info config = {.argsz = sizeof config, .index = VFIO_PCI_CONFIG_REGION_INDEX};
	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config))
		return refused("VFIO_DEVICE_GET_REGION_INFO");
	struct { uint16_t vendor, device; } id;
	if (pread(device, &id, sizeof id, config.offset) != sizeof id)
		return refused("reading the configuration space");
	struct vfio_irq_info irq = {.argsz = sizeof irq, .index = VFIO_PCI_MSIX_IRQ_INDEX};
	if (ioctl(device, VFIO_DEVICE_GET_IRQ_INFO, &irq))
		return refused("VFIO_DEVICE_GET_IRQ_INFO");
	printf("device=%s\nid=%04x:%04x\nregions=%u\nirqs=%u\nmsix=%u\n", argv[1], id.vendor, id.device, info.num_regions, info.num_irqs, irq.count);
	if (hold) {
		printf("held=yes\n");
		for (;;)
			pause();
	}
	return 0;
}
