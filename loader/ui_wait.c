// SPDX-License-Identifier: MIT
/*
 * The live line and the signals. The line goes to standard error, so that
 * standard output holds the result only.
 */
#include "ui_wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLEAR_LINE	"\r\033[K"

static const int signals[UI_WAIT_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

/* The signal that came. One operation runs at a time. */
static atomic_int stop;

static void on_signal(int number)
{
	stop = number;
}

static bool is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

/* A line that wraps could not be erased. */
static size_t columns(void)
{
	struct winsize size;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static void tell(const struct waiting *waiting, void *data)
{
	char text[WAITING_LINE_MAX];
	size_t width = columns();
	struct ui_wait *w = data;

	if (waiting) {
		waiting_text(waiting, text, width < sizeof(text) ? width : sizeof(text));
		fprintf(stderr, CLEAR_LINE "%s", text);
	} else if (w->shown) {
		fputs(CLEAR_LINE, stderr);
	}
	w->shown = waiting;
}

/* No SA_RESTART: the ioctl shall return. */
static void handle(int number, struct sigaction *old)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&action.sa_mask);
	sigaction(number, NULL, old);
	if (old->sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

void ui_wait_begin(struct ui_wait *w, const struct ui *ui, uint32_t timeout_ms)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	w->wait.timeout_ms = timeout_ms;
	w->wait.stop = &stop;
	w->wait.data = w;
	if (!ui->json && is_terminal())
		w->wait.tell = tell;
	stop = 0;
	for (i = 0; i < UI_WAIT_SIGNALS; i++)
		handle(signals[i], &w->old[i]);
}

void ui_wait_end(struct ui_wait *w)
{
	size_t i;

	for (i = 0; i < UI_WAIT_SIGNALS; i++)
		sigaction(signals[i], &w->old[i], NULL);
}
