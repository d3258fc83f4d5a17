// Stand-in for OpenZFS' zfs: makes /dev/zfs, as the real one does, and nothing else.
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

int spl_stand_in(void);

static const struct file_operations operations = {.owner = THIS_MODULE};
static struct miscdevice device = {.minor = MISC_DYNAMIC_MINOR, .name = "zfs", .fops = &operations};

static int __init start(void) { return spl_stand_in() ?: misc_register(&device); }
static void __exit stop(void) { misc_deregister(&device); }
module_init(start);
module_exit(stop);

MODULE_DESCRIPTION("Stand-in for zfs: there is no OpenZFS in it");
MODULE_LICENSE("GPL");
