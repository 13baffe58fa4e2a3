#ifndef LATCHKEY_LIBAV_SOUNDHEADER_H
#define LATCHKEY_LIBAV_SOUNDHEADER_H

#include <libavcodec/avcodec.h>

// lk_has_sound_header says whether each frame of a codec begins with a header that lk_describe_sound reads.
int lk_has_sound_header(enum AVCodecID codec);

// lk_describe_sound fills in the sample rate, the channels and the frame size from the header of a frame of AAC in
// ADTS, AC-3 or E-AC-3. It returns 1, or 0 and changes nothing if data begins with no such header.
int lk_describe_sound(AVCodecParameters *par, const uint8_t *data, int size);

#endif
