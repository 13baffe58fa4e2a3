#include <libavutil/hwcontext.h>

#include "bridge.h"

// lk_hardware_types lists the types of devices that can decode a codec, as many as there is room for.
int lk_hardware_types(enum AVCodecID id, int *types, int room)
{
    const AVCodec *codec = avcodec_find_decoder(id);
    int count = 0;
    for (int i = 0; codec && count < room; i++) {
        const AVCodecHWConfig *config = avcodec_get_hw_config(codec, i);
        if (!config)
            break;
        if (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX)
            types[count++] = config->device_type;
    }
    return count;
}

// lk_hardware_next returns the type after one that FFmpeg was built with, from AV_HWDEVICE_TYPE_NONE on.
int lk_hardware_next(int type) { return av_hwdevice_iterate_types(type); }

const char *lk_hardware_name(int type) { return av_hwdevice_get_type_name(type); }

// lk_hardware_open opens the machine's device of a type; NULL when there is none.
AVBufferRef *lk_hardware_open(int type)
{
    AVBufferRef *device = NULL;
    lk_log_begin();
    return av_hwdevice_ctx_create(&device, type, NULL, NULL, 0) < 0 ? NULL : device;
}

// lk_hardware_fetch brings a picture from a device's memory into this machine's, unless it is there.
int lk_hardware_fetch(AVFrame **frame)
{
    if (!(*frame)->hw_frames_ctx)
        return 0;
    AVFrame *copy = av_frame_alloc();
    if (!copy)
        return AVERROR(ENOMEM);
    return lk_frame_replace(frame, copy, av_hwframe_transfer_data(copy, *frame, 0));
}
