#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/log.h>
#include <libavutil/mem.h>

#include "bridge.h"

// LK_MAX_ALLOCATION bounds each of FFmpeg's allocations, whatever a stream asks for. A picture of 8192
// by 8192 with 16 bits a sample and no subsampling still fits.
enum { LK_MAX_ALLOCATION = 512 << 20 };

// The last error line of the thread. FFmpeg's functions log on the thread that calls them, except for
// a decoder's workers, whose lines are dropped.
static _Thread_local char last_line[LK_ERROR_LINE];

static void on_log(void *context, int level, const char *format, va_list arguments)
{
    (void)context;
    if ((level & 0xff) > AV_LOG_ERROR)
        return;
    char line[LK_ERROR_LINE];
    if (vsnprintf(line, sizeof line, format, arguments) <= 0)
        return;
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    size_t n = strlen(line);
    while (n && line[n - 1] == ' ')
        line[--n] = 0;
    if (n)
        memcpy(last_line, line, n + 1);
}

void lk_log_install(void)
{
    av_log_set_callback(on_log);
    av_max_alloc(LK_MAX_ALLOCATION);
}

void lk_log_begin(void)
{
    last_line[0] = 0;
}

int lk_fail(lk_failure *f, int code)
{
    f->code = code;
    av_strerror(code, f->text, sizeof f->text);
    memcpy(f->line, last_line, sizeof f->line);
    return code;
}
