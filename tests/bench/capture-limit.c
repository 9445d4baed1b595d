/* SPDX-License-Identifier: MIT */
/* capture-limit.c - what receiving costs that does nothing else: the limit for `bench.py capture`.
 *
 *     capture-limit PORT COUNT DIRECTORY
 *
 * COUNT connections to 127.0.0.1, one thread, epoll; the kernel wakes it when half a second of
 * 128 kb/s is there. What comes is written into a file each, the answer's head with it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOW_WATERMARK 8000
#define BLOCK (64 * 1024)

typedef struct {
  int from, to;
} Stream;

static volatile sig_atomic_t ended;

static void
on_signal (int number)
{
  ended = 1;
}

static int
check (int result, const char *what)
{
  if (result < 0)
    g_error ("%s: %s", what, g_strerror (errno));
  return result;
}

static int
open_connection (int port)
{
  static const char request[] = "GET / HTTP/1.0\r\n\r\n";
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int low = LOW_WATERMARK;
  int fd = check (socket (AF_INET, SOCK_STREAM, 0), "socket");

  check (connect (fd, (struct sockaddr *) &address, sizeof address), "connect");
  check (setsockopt (fd, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof low), "SO_RCVLOWAT");
  check ((int) send (fd, request, strlen (request), 0), "send");
  return fd;
}

static void
open_stream (Stream *self, int epoll, int port, const char *directory, int n)
{
  g_autofree char *path = g_strdup_printf ("%s/%03d.mp3", directory, n);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };

  self->to = check (open (path, O_WRONLY | O_CREAT | O_TRUNC, 0666), path);
  self->from = open_connection (port);
  check (epoll_ctl (epoll, EPOLL_CTL_ADD, self->from, &event), "epoll");
}

static void
pass_on (const Stream *self)
{
  static guint8 block[BLOCK];
  gssize n = recv (self->from, block, sizeof block, MSG_DONTWAIT);

  if (n > 0)
    check ((int) write (self->to, block, (gsize) n), "write");
}

int
main (int argc, char **argv)
{
  int count = argc == 4 ? atoi (argv[2]) : 0, epoll = check (epoll_create1 (0), "epoll");
  g_autofree Stream *streams = g_new0 (Stream, MAX (count, 1));

  signal (SIGTERM, on_signal);
  signal (SIGINT, on_signal);
  for (int i = 0; i < count; i++)
    open_stream (&streams[i], epoll, atoi (argv[1]), argv[3], i);
  while (count && !ended) {
    struct epoll_event events[64];
    int n = epoll_wait (epoll, events, G_N_ELEMENTS (events), -1);

    for (int i = 0; i < n; i++)
      pass_on (events[i].data.ptr);
  }
  for (int i = 0; i < count; i++)
    pass_on (&streams[i]);
  return count ? 0 : 2;
}
