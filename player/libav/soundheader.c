#include <libavutil/channel_layout.h>

#include "soundheader.h"

enum {
    ADTS_HEADER = 7,
    AC3_HEADER = 8, // the part that is read here
    AC3_BLOCK = 256, // samples
    AC3_BLOCKS = 6,  // of each AC-3 frame, and the most of an E-AC-3 frame
    AC3_LAST_BSID = 10,
    EAC3_LAST_BSID = 16,
};

int lk_has_sound_header(enum AVCodecID codec)
{
    return codec == AV_CODEC_ID_AAC || codec == AV_CODEC_ID_AC3 || codec == AV_CODEC_ID_EAC3;
}

// describe_adts reads ADTS: ISO/IEC 14496-3, 1.A.3.2.
static int describe_adts(AVCodecParameters *par, const uint8_t *h, int size)
{
    static const int rates[16] = {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050,
                                  16000, 12000, 11025, 8000,  7350};
    static const int channels[8] = {2, 1, 2, 3, 4, 5, 6, 8};
    if (size < ADTS_HEADER || h[0] != 0xFF || (h[1] & 0xF6) != 0xF0 || !rates[h[2] >> 2 & 15])
        return 0;
    par->sample_rate = rates[h[2] >> 2 & 15];
    par->profile = h[2] >> 6;
    par->frame_size = 1024;
    par->format = AV_SAMPLE_FMT_FLTP;
    av_channel_layout_default(&par->ch_layout, channels[(h[2] & 1) << 2 | h[3] >> 6]);
    return 1;
}

// lfe_bit is where lfeon stands in the sixth and seventh byte of an AC-3 frame, counted from the high bit: behind
// bsid's bsmod and acmod, and the mix levels that acmod brings. ETSI TS 102 366, 4.3.2.
static int lfe_bit(int acmod)
{
    int bit = 3;
    if ((acmod & 1) && acmod != 1)
        bit += 2; // cmixlev
    if (acmod & 4)
        bit += 2; // surmixlev
    if (acmod == 2)
        bit += 2; // dsurmod
    return bit;
}

// describe_ac3 reads the sync frame of AC-3 (ETSI TS 102 366, 4.3) and of E-AC-3 (the same, E.1.2).
static int describe_ac3(AVCodecParameters *par, const uint8_t *h, int size)
{
    static const int rates[3] = {48000, 44100, 32000};
    static const uint64_t layouts[8] = {AV_CH_LAYOUT_STEREO,   AV_CH_LAYOUT_MONO, AV_CH_LAYOUT_STEREO,
                                        AV_CH_LAYOUT_SURROUND, AV_CH_LAYOUT_2_1,  AV_CH_LAYOUT_4POINT0,
                                        AV_CH_LAYOUT_2_2,      AV_CH_LAYOUT_5POINT0};
    static const int numbers[4] = {1, 2, 3, AC3_BLOCKS}; // of blocks, by numblkscod
    if (size < AC3_HEADER || h[0] != 0x0B || h[1] != 0x77)
        return 0;
    int bsid = h[5] >> 3, fscod = h[4] >> 6, rate, blocks, acmod, lfe;
    if (bsid <= AC3_LAST_BSID) {
        if (fscod == 3)
            return 0;
        rate = rates[fscod] >> (FFMAX(bsid, 8) - 8);
        blocks = AC3_BLOCKS;
        acmod = h[6] >> 5;
        lfe = (h[6] << 8 | h[7]) >> (15 - lfe_bit(acmod)) & 1;
    } else if (bsid <= EAC3_LAST_BSID) {
        int second = h[4] >> 4 & 3; // numblkscod, or fscod2 where fscod is 3
        if (fscod == 3 && second == 3)
            return 0;
        rate = fscod == 3 ? rates[second] / 2 : rates[fscod];
        blocks = fscod == 3 ? AC3_BLOCKS : numbers[second];
        acmod = h[4] >> 1 & 7;
        lfe = h[4] & 1;
    } else {
        return 0;
    }
    uint64_t mask = layouts[acmod] | (lfe ? AV_CH_LOW_FREQUENCY : 0);
    if (av_channel_layout_from_mask(&par->ch_layout, mask) < 0)
        return 0;
    par->sample_rate = rate;
    par->frame_size = blocks * AC3_BLOCK;
    par->format = AV_SAMPLE_FMT_FLTP;
    return 1;
}

int lk_describe_sound(AVCodecParameters *par, const uint8_t *data, int size)
{
    if (par->codec_id == AV_CODEC_ID_AAC)
        return describe_adts(par, data, size);
    if (par->codec_id == AV_CODEC_ID_AC3 || par->codec_id == AV_CODEC_ID_EAC3)
        return describe_ac3(par, data, size);
    return 0;
}
