#ifndef LATCHKEY_LIBAV_ROTATION_H
#define LATCHKEY_LIBAV_ROTATION_H

#include <math.h>
#include <string.h>

#include <libavutil/display.h>

// lk_rotation returns the clockwise turn, of 0, 90, 180 or 270 degrees, that a display matrix asks for.
static inline int lk_rotation(const uint8_t *data, size_t size)
{
    int32_t matrix[9];
    if (size < sizeof matrix)
        return 0;
    memcpy(matrix, data, sizeof matrix);
    double degrees = -av_display_rotation_get(matrix); // that is counterclockwise
    if (isnan(degrees))
        return 0;
    int quarters = (int)lrint(degrees / 90) % 4;
    return (quarters + 4) % 4 * 90;
}

#endif
