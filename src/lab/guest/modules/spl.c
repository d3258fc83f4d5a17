// Stand-in for OpenZFS' spl, which zfs depends on.
#include <linux/module.h>

int spl_stand_in(void);
int spl_stand_in(void) { return 0; }
EXPORT_SYMBOL_GPL(spl_stand_in);

MODULE_DESCRIPTION("Stand-in for spl: there is no OpenZFS in it");
MODULE_LICENSE("GPL");
