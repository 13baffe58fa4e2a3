#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/log.h>

#include "bridge.h"

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
}

void lk_log_begin(void)
{
    last_line[0] = 0;
    lk_memory_begin();
}

int lk_fail(lk_failure *f, int code)
{
    // Demuxers and decoders have many codes for an allocation that failed, damage and the end among
    // them.
    if (lk_memory_refused())
        code = AVERROR(ENOMEM);
    f->code = code;
    av_strerror(code, f->text, sizeof f->text);
    memcpy(f->line, last_line, sizeof f->line);
    return code;
}
