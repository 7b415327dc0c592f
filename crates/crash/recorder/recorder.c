/* Records what a process does to the files under one folder.
 *
 * It is preloaded (LD_PRELOAD), stands in front of the C library, and writes each
 * call that succeeded to a trace, in order, one at a time. What it cannot follow
 * it says, so that nobody believes a trace with a hole.
 *
 *   ANNALS_CRASH_ROOT     the folder, as an absolute path without links
 *   ANNALS_CRASH_TRACE    the file of the trace; without it nothing is recorded
 *   ANNALS_CRASH_MARKS    a file beside the folder: what is written there are marks
 *   ANNALS_CRASH_KILL_AT  before the call of this number, counted from 1, the
 *                         process is killed
 *   ANNALS_CRASH_RANDOM   makes what the system gives as random repeatable
 *
 * A record is: kind (1 byte), descriptor (4), number (8), lengths of two texts (4
 * each), the texts; all in the byte order of the machine. src/trace.rs reads them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536, PATH_BYTES = 4096 };
enum { NOT_OURS = 0, OURS = 1, MARKS = 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char of[DESCRIPTORS];
static const char *root, *marks;
static int trace = -1;
static long kill_at, calls;
static uint64_t random_state;
static int is_random_ours;

static void give_up(const char *why) {
    dprintf(2, "recorder: %s\n", why);
    _exit(99);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("ANNALS_CRASH_TRACE");
    const char *number = getenv("ANNALS_CRASH_KILL_AT");
    const char *seed = getenv("ANNALS_CRASH_RANDOM");
    root = getenv("ANNALS_CRASH_ROOT");
    marks = getenv("ANNALS_CRASH_MARKS");
    if (number) kill_at = atol(number);
    if (seed) {
        random_state = strtoull(seed, NULL, 10);
        is_random_ours = 1;
    }
    if (root && path) {
        int low = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (low < 0) give_up("cannot open the trace");
        trace = syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, 500);
        syscall(SYS_close, low);
    }
}

/* Whether a path is the folder, or in it, or the file of marks. */
static int whose(const char *path) {
    if (!root) return NOT_OURS;
    if (marks && strcmp(path, marks) == 0) return MARKS;
    size_t length = strlen(root);
    if (strncmp(path, root, length) != 0) return NOT_OURS;
    return path[length] == 0 || path[length] == '/' ? OURS : NOT_OURS;
}

/* Makes a path absolute; as it stands, since no links are followed. */
static int whole(int folder, const char *path, char *out) {
    if (path[0] == '/') return snprintf(out, PATH_BYTES, "%s", path) < PATH_BYTES;
    char base[PATH_BYTES];
    if (folder == AT_FDCWD) {
        if (syscall(SYS_getcwd, base, sizeof base) < 0) return 0;
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
        if (length < 0) return 0;
        base[length] = 0;
    }
    return snprintf(out, PATH_BYTES, "%s/%s", base, path) < PATH_BYTES;
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t written = syscall(SYS_write, trace, at, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) give_up("cannot write the trace");
        at += written;
        length -= written;
    }
}

static void record(char kind, int descriptor, uint64_t number,
                   const void *one, size_t one_length, const void *two, size_t two_length) {
    if (trace < 0) return;
    int error = errno;
    char head[21];
    int32_t d = descriptor;
    uint32_t first = one_length, second = two_length;
    head[0] = kind;
    memcpy(head + 1, &d, 4);
    memcpy(head + 5, &number, 8);
    memcpy(head + 13, &first, 4);
    memcpy(head + 17, &second, 4);
    put(head, sizeof head);
    if (one_length) put(one, one_length);
    if (two_length) put(two, two_length);
    errno = error;
}

/* A path below the folder, without the folder. */
static void record_path(char kind, int descriptor, uint64_t number, const char *path) {
    const char *below = path + strlen(root);
    record(kind, descriptor, number, below, strlen(below), NULL, 0);
}

static void unknown(const char *what) { record('!', -1, 0, what, strlen(what), NULL, 0); }

static int kind_of(int descriptor) {
    return descriptor >= 0 && descriptor < DESCRIPTORS ? of[descriptor] : NOT_OURS;
}

/* One call at a time, so that the trace has them in the order in which they were. */
static void enter(int is_ours) {
    pthread_mutex_lock(&lock);
    if (is_ours && kill_at > 0 && ++calls >= kill_at) {
        syscall(SYS_kill, getpid(), SIGKILL);
        for (;;) pause();
    }
}

static void leave(void) { pthread_mutex_unlock(&lock); }

/* Opening and closing */

static int open_any(int folder, const char *path, int flags, mode_t mode) {
    char full[PATH_BYTES];
    int kind = whole(folder, path, full) ? whose(full) : NOT_OURS;
    if (kind == NOT_OURS) return syscall(SYS_openat, folder, path, flags, mode);
    int changes = (flags & (O_CREAT | O_TRUNC)) != 0;
    enter(kind == OURS && changes);
    int descriptor = syscall(SYS_openat, folder, path, flags, mode);
    if (descriptor >= DESCRIPTORS) give_up("too many descriptors");
    if (descriptor >= 0) {
        of[descriptor] = kind;
        if (kind == OURS && (flags & O_TMPFILE) == O_TMPFILE)
            record('T', descriptor, 0, NULL, 0, NULL, 0);
        else if (kind == OURS)
            record_path('O', descriptor, (flags & O_TRUNC) != 0, full);
    }
    leave();
    return descriptor;
}

#define MODE_OF(flags, mode)                                       \
    mode_t mode = 0;                                               \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) { \
        va_list rest;                                              \
        va_start(rest, flags);                                     \
        mode = va_arg(rest, unsigned);                             \
        va_end(rest);                                              \
    }

int open(const char *path, int flags, ...) {
    MODE_OF(flags, mode)
    return open_any(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE_OF(flags, mode)
    return open_any(AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
    MODE_OF(flags, mode)
    return open_any(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
    MODE_OF(flags, mode)
    return open_any(folder, path, flags, mode);
}
int creat(const char *path, mode_t mode) {
    return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int descriptor) {
    int kind = kind_of(descriptor);
    if (kind == NOT_OURS) return syscall(SYS_close, descriptor);
    enter(0);
    of[descriptor] = NOT_OURS;
    int result = syscall(SYS_close, descriptor);
    if (kind == OURS) record('C', descriptor, 0, NULL, 0, NULL, 0);
    leave();
    return result;
}

/* What a descriptor stands for, another stands for now. */
static void became(int from, int to) {
    if (to < 0) return;
    if (to >= DESCRIPTORS) give_up("too many descriptors");
    of[to] = kind_of(from);
    if (of[to] == OURS) record('D', from, to, NULL, 0, NULL, 0);
}

int dup(int from) {
    enter(0);
    int to = syscall(SYS_dup, from);
    became(from, to);
    leave();
    return to;
}
int dup3(int from, int to, int flags) {
    enter(0);
    int result = syscall(SYS_dup3, from, to, flags);
    became(from, result);
    leave();
    return result;
}
int dup2(int from, int to) { return from == to ? to : dup3(from, to, 0); }

static int control(int descriptor, int what, long argument) {
    if (what != F_DUPFD && what != F_DUPFD_CLOEXEC)
        return syscall(SYS_fcntl, descriptor, what, argument);
    enter(0);
    int to = syscall(SYS_fcntl, descriptor, what, argument);
    became(descriptor, to);
    leave();
    return to;
}
#define ARGUMENT_OF(last, argument)     \
    va_list rest;                       \
    va_start(rest, last);               \
    long argument = va_arg(rest, long); \
    va_end(rest);

int fcntl(int descriptor, int what, ...) {
    ARGUMENT_OF(what, argument)
    return control(descriptor, what, argument);
}
int fcntl64(int descriptor, int what, ...) {
    ARGUMENT_OF(what, argument)
    return control(descriptor, what, argument);
}

/* Writing */

static void wrote(int kind, int descriptor, off_t offset, const void *bytes, ssize_t length) {
    if (length <= 0) return;
    if (kind == MARKS) {
        record('K', -1, 0, bytes, length, NULL, 0);
        return;
    }
    /* Where the file stands now is where this ended, appended or not. */
    if (offset < 0) offset = syscall(SYS_lseek, descriptor, (off_t)0, SEEK_CUR) - length;
    record('W', descriptor, offset, bytes, length, NULL, 0);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    int kind = kind_of(descriptor);
    if (kind == NOT_OURS) return syscall(SYS_write, descriptor, bytes, length);
    enter(kind == OURS);
    ssize_t written = syscall(SYS_write, descriptor, bytes, length);
    wrote(kind, descriptor, -1, bytes, written);
    leave();
    return written;
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t offset) {
    int kind = kind_of(descriptor);
    if (kind == NOT_OURS) return syscall(SYS_pwrite64, descriptor, bytes, length, offset);
    enter(kind == OURS);
    ssize_t written = syscall(SYS_pwrite64, descriptor, bytes, length, offset);
    wrote(kind, descriptor, offset, bytes, written);
    leave();
    return written;
}
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    return pwrite64(descriptor, bytes, length, offset);
}

static ssize_t write_pieces(int descriptor, const struct iovec *pieces, int count, off_t offset) {
    int kind = kind_of(descriptor);
    enter(kind == OURS);
    ssize_t written = offset < 0 ? syscall(SYS_writev, descriptor, pieces, count)
                                 : syscall(SYS_pwritev, descriptor, pieces, count, offset, 0);
    if (written > 0 && kind != NOT_OURS) {
        char *all = malloc(written), *to = all;
        ssize_t rest = written;
        if (!all) give_up("no memory");
        for (int i = 0; i < count && rest > 0; i++) {
            size_t length = pieces[i].iov_len < (size_t)rest ? pieces[i].iov_len : (size_t)rest;
            memcpy(to, pieces[i].iov_base, length);
            to += length;
            rest -= length;
        }
        wrote(kind, descriptor, offset, all, written);
        free(all);
    }
    leave();
    return written;
}
ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
    if (kind_of(descriptor) == NOT_OURS) return syscall(SYS_writev, descriptor, pieces, count);
    return write_pieces(descriptor, pieces, count, -1);
}
ssize_t pwritev64(int descriptor, const struct iovec *pieces, int count, off_t offset) {
    if (kind_of(descriptor) == NOT_OURS)
        return syscall(SYS_pwritev, descriptor, pieces, count, offset, 0);
    return write_pieces(descriptor, pieces, count, offset);
}
ssize_t pwritev(int descriptor, const struct iovec *pieces, int count, off_t offset) {
    return pwritev64(descriptor, pieces, count, offset);
}

int ftruncate64(int descriptor, off_t length) {
    if (kind_of(descriptor) != OURS) return syscall(SYS_ftruncate, descriptor, length);
    enter(1);
    int result = syscall(SYS_ftruncate, descriptor, length);
    if (result == 0) record('S', descriptor, length, NULL, 0, NULL, 0);
    leave();
    return result;
}
int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

/* Syncing. sync_file_range is none: it leaves the size, the extents and the cache of
 * the disk alone. */

static int sync_any(char kind, long number, int descriptor) {
    if (kind_of(descriptor) != OURS) return syscall(number, descriptor);
    enter(1);
    int result = syscall(number, descriptor);
    if (result == 0) record(kind, descriptor, 0, NULL, 0, NULL, 0);
    leave();
    return result;
}
int fsync(int descriptor) { return sync_any('F', SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return sync_any('F', SYS_fdatasync, descriptor); }

/* Names */

static int two_paths(int from, const char *old, int to, const char *new, unsigned flags) {
    char one[PATH_BYTES], two[PATH_BYTES];
    int is_one = whole(from, old, one) && whose(one) == OURS;
    int is_two = whole(to, new, two) && whose(two) == OURS;
    if (!is_one && !is_two) return syscall(SYS_renameat2, from, old, to, new, flags);
    enter(1);
    int result = syscall(SYS_renameat2, from, old, to, new, flags);
    if (result == 0) {
        const char *a = one + strlen(root), *b = two + strlen(root);
        if (is_one && is_two && (flags & ~1u) == 0)
            record('R', -1, 0, a, strlen(a), b, strlen(b));
        else
            unknown("a rename out of the folder, or into it");
    }
    leave();
    return result;
}
int rename(const char *old, const char *new) {
    return two_paths(AT_FDCWD, old, AT_FDCWD, new, 0);
}
int renameat(int from, const char *old, int to, const char *new) {
    return two_paths(from, old, to, new, 0);
}
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return two_paths(from, old, to, new, flags);
}

int unlinkat(int folder, const char *path, int flags) {
    char full[PATH_BYTES];
    int is_ours = whole(folder, path, full) && whose(full) == OURS;
    enter(is_ours);
    int result = syscall(SYS_unlinkat, folder, path, flags);
    if (result == 0 && is_ours) record_path('U', -1, 0, full);
    leave();
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    int result = unlinkat(AT_FDCWD, path, 0);
    return result < 0 && errno == EISDIR ? rmdir(path) : result;
}

int mkdirat(int folder, const char *path, mode_t mode) {
    char full[PATH_BYTES];
    int is_ours = whole(folder, path, full) && whose(full) == OURS;
    enter(is_ours);
    int result = syscall(SYS_mkdirat, folder, path, mode);
    if (result == 0 && is_ours) record_path('M', -1, 0, full);
    leave();
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* What is not followed, and so said */

#define UNFOLLOWED(descriptor, name) \
    if (kind_of(descriptor) == OURS) { enter(1); unknown(name); leave(); }

ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t length, unsigned flags) {
    UNFOLLOWED(out, "copy_file_range")
    return syscall(SYS_copy_file_range, in, in_at, out, out_at, length, flags);
}
ssize_t sendfile64(int out, int in, off_t *at, size_t length) {
    UNFOLLOWED(out, "sendfile")
    return syscall(SYS_sendfile, out, in, at, length);
}
ssize_t sendfile(int out, int in, off_t *at, size_t length) { return sendfile64(out, in, at, length); }
int fallocate64(int descriptor, int mode, off_t offset, off_t length) {
    UNFOLLOWED(descriptor, "fallocate")
    return syscall(SYS_fallocate, descriptor, mode, offset, length);
}
int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    return fallocate64(descriptor, mode, offset, length);
}
int truncate64(const char *path, off_t length) {
    if (root && whose(path) == OURS) { enter(1); unknown("truncate"); leave(); }
    return syscall(SYS_truncate, path, length);
}
int truncate(const char *path, off_t length) { return truncate64(path, length); }
int linkat(int from, const char *old, int to, const char *new, int flags) {
    char full[PATH_BYTES];
    if (whole(to, new, full) && whose(full) == OURS) { enter(1); unknown("link"); leave(); }
    return syscall(SYS_linkat, from, old, to, new, flags);
}
int link(const char *old, const char *new) { return linkat(AT_FDCWD, old, AT_FDCWD, new, 0); }
int symlinkat(const char *old, int to, const char *new) {
    char full[PATH_BYTES];
    if (whole(to, new, full) && whose(full) == OURS) { enter(1); unknown("symlink"); leave(); }
    return syscall(SYS_symlinkat, old, to, new);
}
int symlink(const char *old, const char *new) { return symlinkat(old, AT_FDCWD, new); }
void *mmap64(void *at, size_t length, int protection, int flags, int descriptor, off_t offset) {
    if ((protection & PROT_WRITE) && (flags & MAP_SHARED)) UNFOLLOWED(descriptor, "mmap")
    return (void *)syscall(SYS_mmap, at, length, protection, flags, descriptor, offset);
}
void *mmap(void *at, size_t length, int protection, int flags, int descriptor, off_t offset) {
    return mmap64(at, length, protection, flags, descriptor, offset);
}

/* What is random: SplitMix64, so that a run can be had again. */

ssize_t getrandom(void *out, size_t length, unsigned flags) {
    if (!is_random_ours) return syscall(SYS_getrandom, out, length, flags);
    unsigned char *to = out;
    for (size_t i = 0; i < length; i++) {
        uint64_t z = __atomic_add_fetch(&random_state, 0x9e3779b97f4a7c15ull, __ATOMIC_RELAXED);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        to[i] = (z ^ (z >> 31)) & 0xff;
    }
    return length;
}
