/* SPDX-License-Identifier: MIT */
/* main.c - the thin main: everything is in app.c and the rooms. */
#include "daemon/app.h"

int
main (int argc, char **argv)
{
  return isr_app_main (argc, argv);
}
