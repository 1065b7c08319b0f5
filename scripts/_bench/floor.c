/* The least that two processes can pay for talking to each other here, without any Python.
 *
 * usage: floor ping|stream local_socket|unnamed_pipe|fifo COUNT DIRECTORY
 * Prints the seconds of both processes' processor time that COUNT round trips of 64 bytes, or COUNT chunks of
 * 64 KiB one way, took.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 64, CHUNK = 65536 };

/* What one process reads from and writes to. */
struct ends {
    int in;
    int out;
};

static char buffer[CHUNK];

static void stop(const char *what)
{
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_all(int fd, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, buffer + done, size - done);
        if (n < 0)
            stop("write");
        done += (size_t)n;
    }
}

static void read_all(int fd, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, buffer + done, size - done);
        if (n <= 0)
            stop("read");
        done += (size_t)n;
    }
}

static void path_in(char *path, size_t size, const char *directory, const char *name)
{
    if ((size_t)snprintf(path, size, "%s/%s", directory, name) >= size) {
        errno = ENAMETOOLONG;
        stop(directory);
    }
}

static struct ends socket_ends(int child, int listener, const struct sockaddr_un *address)
{
    int fd;
    if (child) {
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) < 0)
            stop("connect");
    } else {
        fd = accept(listener, NULL, NULL);
        if (fd < 0)
            stop("accept");
    }
    return (struct ends){fd, fd};
}

static int opened(const char *path, int flags)
{
    int fd = open(path, flags);
    if (fd < 0)
        stop(path);
    return fd;
}

static double spent(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double parent_part(int ping, struct ends ends, long count)
{
    read_all(ends.in, 1);
    double begin = spent();
    for (long i = 0; i < count; i++) {
        if (ping) {
            write_all(ends.out, MESSAGE);
            read_all(ends.in, MESSAGE);
        } else {
            read_all(ends.in, CHUNK);
        }
    }
    return spent() - begin;
}

static void child_part(int ping, struct ends ends, long count)
{
    write_all(ends.out, 1);
    for (long i = 0; i < count; i++) {
        if (ping) {
            read_all(ends.in, MESSAGE);
            write_all(ends.out, MESSAGE);
        } else {
            write_all(ends.out, CHUNK);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fputs("usage: floor ping|stream local_socket|unnamed_pipe|fifo COUNT DIRECTORY\n", stderr);
        return 2;
    }
    int ping = strcmp(argv[1], "ping") == 0;
    const char *primitive = argv[2];
    long count = atol(argv[3]);

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char there[sizeof address.sun_path], back[sizeof address.sun_path];
    int listener = -1, to_child[2] = {-1, -1}, to_parent[2] = {-1, -1};
    path_in(there, sizeof there, argv[4], "there");
    path_in(back, sizeof back, argv[4], "back");
    if (strcmp(primitive, "local_socket") == 0) {
        strcpy(address.sun_path, there);
        listener = socket(AF_UNIX, SOCK_STREAM, 0);
        if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1) < 0)
            stop("listen");
    } else if (strcmp(primitive, "unnamed_pipe") == 0) {
        if (pipe(to_child) < 0 || pipe(to_parent) < 0)
            stop("pipe");
    } else if (mkfifo(there, 0600) < 0 || mkfifo(back, 0600) < 0) {
        stop("mkfifo");
    }

    pid_t pid = fork();
    if (pid < 0)
        stop("fork");
    struct ends ends;
    if (listener >= 0)
        ends = socket_ends(pid == 0, listener, &address);
    else if (to_child[0] >= 0)
        ends = pid == 0 ? (struct ends){to_child[0], to_parent[1]} : (struct ends){to_parent[0], to_child[1]};
    else if (pid == 0) {
        ends.in = opened(there, O_RDONLY);
        ends.out = opened(back, O_WRONLY);
    } else {
        ends.out = opened(there, O_WRONLY);
        ends.in = opened(back, O_RDONLY);
    }
    if (pid == 0) {
        child_part(ping, ends, count);
        _exit(0);
    }
    double seconds = parent_part(ping, ends, count);
    int status;
    waitpid(pid, &status, 0);
    /* The child began at the fork, so that all of its time is for the conversation. */
    struct rusage theirs;
    getrusage(RUSAGE_CHILDREN, &theirs);
    seconds += (double)(theirs.ru_utime.tv_sec + theirs.ru_stime.tv_sec);
    seconds += (double)(theirs.ru_utime.tv_usec + theirs.ru_stime.tv_usec) / 1e6;
    printf("%.9f\n", seconds);
    unlink(there);
    unlink(back);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
