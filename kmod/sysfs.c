// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/mend: the registry as files, one value each, in the shape of
 * /sys/kernel/livepatch.
 *
 * Locking: values that are set once are read as they are; state, statistics
 * and the like under registry_mutex. Nothing here is called with a mutex that
 * a show or store function takes while entries are removed: removal waits for
 * them.
 */
#include "sysfs.h"

#include <linux/capability.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "authorize.h"
#include "batch.h"
#include "compat/compat.h"
#include "patch.h"
#include "probation.h"
#include "switch.h"
#include "waiting.h"

/* Writing "enabled" waits that long for tasks to leave. */
#define ENABLED_TIMEOUT_MS	10000

static struct kset *mend_kset;

#define to_patch(k)	container_of(k, struct patch, kobj)
#define to_object(k)	container_of(k, struct patch_object, kobj)
#define to_func(k)	container_of(k, struct patch_func, kobj)

static ssize_t name_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_patch(kobj)->name);
}

static ssize_t generation_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", to_patch(kobj)->generation);
}

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", patch_is_active(to_patch(kobj)));
}

static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			     size_t count)
{
	struct patch *patch = to_patch(kobj);
	bool on;
	int err;

	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	err = kstrtobool(buf, &on);
	if (err)
		return err;
	err = switch_one(patch->name, patch->generation, on ? MEND_OP_ON : MEND_OP_OFF,
			 ENABLED_TIMEOUT_MS);
	/* As everywhere in sysfs: writing the value that is there succeeds. */
	return err && err != -EALREADY ? err : count;
}

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", state_name(READ_ONCE(to_patch(kobj)->state)));
}

static struct switch_record last_switch(struct kobject *kobj)
{
	struct switch_record last;

	mutex_lock(&registry_mutex);
	last = to_patch(kobj)->last;
	mutex_unlock(&registry_mutex);
	return last;
}

static ssize_t pause_ns_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", last_switch(kobj).pause_ns);
}

static ssize_t rendezvous_ns_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", last_switch(kobj).rendezvous_ns);
}

static ssize_t wait_ns_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", last_switch(kobj).wait_ns);
}

static ssize_t attempts_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", last_switch(kobj).attempts);
}

static ssize_t switched_at_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", last_switch(kobj).at);
}

static ssize_t digest_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct authorization *auth = to_patch(kobj)->auth;

	if (!auth)
		return sysfs_emit(buf, "\n");
	return sysfs_emit(buf, "%*phN\n", MEND_DIGEST_LEN, authorization_digest(auth));
}

static ssize_t signer_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct authorization *auth = to_patch(kobj)->auth;

	return sysfs_emit(buf, "%s\n", auth ? authorization_signer_name(auth) : "");
}

static ssize_t module_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_patch(kobj)->mod->name);
}

static ssize_t unloadable_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", to_patch(kobj)->unloadable);
}

static ssize_t replace_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", to_patch(kobj)->desc->replace);
}

/* Which of the active patches it is, from the bottom, 1; 0: it is not active. */
static ssize_t stack_order_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct patch *self = to_patch(kobj);
	struct patch *patch = NULL;
	unsigned int order = 0;

	mutex_lock(&registry_mutex);
	while (patch_is_active(self) && (patch = patch_next(patch)))
		order += patch_is_active(patch) && patch->seq <= self->seq;
	mutex_unlock(&registry_mutex);
	return sysfs_emit(buf, "%u\n", order);
}

static ssize_t forced_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(to_patch(kobj)->forced));
}

static ssize_t reason_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct mend_report *why = &to_patch(kobj)->why;
	ssize_t len;

	mutex_lock(&registry_mutex);
	len = why->reason ? sysfs_emit(buf, "%u %s\n", why->reason, why->text) :
			    sysfs_emit(buf, "\n");
	mutex_unlock(&registry_mutex);
	return len;
}

static ssize_t probation_ms_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	u64 left;

	mutex_lock(&registry_mutex);
	left = probation_left_ms(to_patch(kobj));
	mutex_unlock(&registry_mutex);
	return sysfs_emit(buf, "%llu\n", left);
}

static ssize_t manifest_read(struct file *file, struct kobject *kobj,
			     compat_bin_attribute *attr, char *buf, loff_t off, size_t count)
{
	const struct authorization *auth = to_patch(kobj)->auth;
	const char *manifest;
	size_t len;

	if (!auth)
		return 0;
	manifest = authorization_manifest_bytes(auth, &len);
	return memory_read_from_buffer(buf, count, &off, manifest, len);
}

#define ATTR_RO(_name) \
	static struct kobj_attribute _name##_attr = __ATTR(_name, 0444, _name##_show, NULL)

ATTR_RO(name);
ATTR_RO(generation);
static struct kobj_attribute enabled_attr = __ATTR(enabled, 0644, enabled_show, enabled_store);
ATTR_RO(state);
ATTR_RO(pause_ns);
ATTR_RO(rendezvous_ns);
ATTR_RO(wait_ns);
ATTR_RO(attempts);
ATTR_RO(switched_at);
ATTR_RO(digest);
ATTR_RO(signer);
ATTR_RO(module);
ATTR_RO(unloadable);
ATTR_RO(replace);
ATTR_RO(stack_order);
ATTR_RO(forced);
ATTR_RO(reason);
ATTR_RO(probation_ms);
static BIN_ATTR_RO(manifest, 0);

static struct attribute *patch_attrs[] = {
	&name_attr.attr,
	&generation_attr.attr,
	&enabled_attr.attr,
	&state_attr.attr,
	&pause_ns_attr.attr,
	&rendezvous_ns_attr.attr,
	&wait_ns_attr.attr,
	&attempts_attr.attr,
	&switched_at_attr.attr,
	&digest_attr.attr,
	&signer_attr.attr,
	&module_attr.attr,
	&unloadable_attr.attr,
	&replace_attr.attr,
	&stack_order_attr.attr,
	&forced_attr.attr,
	&reason_attr.attr,
	&probation_ms_attr.attr,
	NULL
};

static compat_bin_attribute *patch_bin_attrs[] = {
	&bin_attr_manifest,
	NULL
};

bool sysfs_is_attribute(const char *name)
{
	struct attribute **attr;

	for (attr = patch_attrs; *attr; attr++)
		if (!strcmp((*attr)->name, name))
			return true;
	return !strcmp(bin_attr_manifest.attr.name, name);
}

static const struct attribute_group patch_group = {
	.attrs = patch_attrs,
	.bin_attrs = patch_bin_attrs,
};
__ATTRIBUTE_GROUPS(patch);

/* The last of a patch's kobjects is gone: nothing in here will be called for it. */
static void kobject_gone(struct patch *patch)
{
	if (refcount_dec_and_test(&patch->kobjects))
		complete(&patch->released);
}

static void patch_release(struct kobject *kobj)
{
	kobject_gone(to_patch(kobj));
}

static const struct kobj_type patch_ktype = {
	.release = patch_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = patch_groups,
};

static ssize_t patched_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct patch_object *object = to_object(kobj);

	return sysfs_emit(buf, "%d\n", patch_is_active(object->patch) &&
			  READ_ONCE(object->bound));
}

ATTR_RO(patched);

static struct attribute *object_attrs[] = {
	&patched_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(object);

static void object_release(struct kobject *kobj)
{
	struct patch_object *object = to_object(kobj);
	struct patch *patch = object->patch;

	kfree(object);
	kobject_gone(patch);
}

static const struct kobj_type object_ktype = {
	.release = object_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = object_groups,
};

static void func_release(struct kobject *kobj)
{
	struct patch_func *func = to_func(kobj);
	struct patch *patch = func->patch;

	kfree(func);
	kobject_gone(patch);
}

static const char *entry_name(const struct patch_object *object, unsigned long ip)
{
	switch (object->bound ? batch_entry(ip) : BATCH_ENTRY_NONE) {
	case BATCH_ENTRY_HANDLER:
		return "handler";
	case BATCH_ENTRY_JUMP:
		return "jump";
	default:
		return "none";
	}
}

static ssize_t entry_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct patch_func *func = to_func(kobj);
	const char *name;

	mutex_lock(&registry_mutex);
	name = entry_name(to_object(kobj->parent), func->ip);
	mutex_unlock(&registry_mutex);
	return sysfs_emit(buf, "%s\n", name);
}

ATTR_RO(entry);

static struct attribute *func_attrs[] = {
	&entry_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(func);

static const struct kobj_type func_ktype = {
	.release = func_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = func_groups,
};

void sysfs_patch_init(struct patch *patch)
{
	init_completion(&patch->released);
	refcount_set(&patch->kobjects, 1);
	patch->kobj.kset = mend_kset;
	kobject_init(&patch->kobj, &patch_ktype);
}

void sysfs_object_init(struct patch_object *object)
{
	refcount_inc(&object->patch->kobjects);
	kobject_init(&object->kobj, &object_ktype);
}

void sysfs_func_init(struct patch_func *func)
{
	refcount_inc(&func->patch->kobjects);
	kobject_init(&func->kobj, &func_ktype);
}

static int add_object(struct patch *patch, struct patch_object *object)
{
	struct patch_func *func;
	int err;

	err = kobject_add(&object->kobj, &patch->kobj, "%s", object->name);
	patch_for_each_func(object, func) {
		if (err)
			break;
		err = kobject_add(&func->kobj, &object->kobj, "%s,%lu", func->name,
				  func->sympos ? func->sympos : 1);
	}
	return err;
}

int sysfs_patch_add(struct patch *patch)
{
	struct patch_object *object;
	int err;

	err = kobject_add(&patch->kobj, NULL, "%s.%llu", patch->name, patch->generation);
	patch_for_each_object(patch, object) {
		if (err)
			break;
		err = add_object(patch, object);
	}
	if (err) {
		sysfs_patch_del(patch);
		return err;
	}
	kobject_uevent(&patch->kobj, KOBJ_ADD);
	return 0;
}

/* kobject_del() of one that was never added would drop its kset all the same. */
static void del_if_added(struct kobject *kobj)
{
	if (kobj->state_in_sysfs)
		kobject_del(kobj);
}

void sysfs_patch_del(struct patch *patch)
{
	struct patch_object *object;
	struct patch_func *func;

	patch_for_each_object(patch, object) {
		patch_for_each_func(object, func)
			del_if_added(&func->kobj);
		del_if_added(&object->kobj);
	}
	del_if_added(&patch->kobj);
}

void sysfs_patch_changed(struct patch *patch)
{
	char name[MEND_NAME_LEN + 16], generation[48], state[48], reason[32];
	char *env[] = { name, generation, state, reason, NULL };

	snprintf(name, sizeof(name), "MEND_NAME=%s", patch->name);
	snprintf(generation, sizeof(generation), "MEND_GENERATION=%llu", patch->generation);
	snprintf(state, sizeof(state), "MEND_STATE=%s", state_name(READ_ONCE(patch->state)));
	snprintf(reason, sizeof(reason), "MEND_REASON=%u", READ_ONCE(patch->why.reason));
	sysfs_notify(&patch->kobj, NULL, "enabled");
	sysfs_notify(&patch->kobj, NULL, "state");
	kobject_uevent_env(&patch->kobj, KOBJ_CHANGE, env);
}

static ssize_t waiting_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return waiting_line(buf, PAGE_SIZE);
}

ATTR_RO(waiting);

int sysfs_init(void)
{
	int err;

	mend_kset = kset_create_and_add("mend", NULL, kernel_kobj);
	if (!mend_kset)
		return -ENOMEM;
	err = sysfs_create_file(&mend_kset->kobj, &waiting_attr.attr);
	if (err)
		kset_unregister(mend_kset);
	return err;
}

void sysfs_exit(void)
{
	sysfs_remove_file(&mend_kset->kobj, &waiting_attr.attr);
	kset_unregister(mend_kset);
}
