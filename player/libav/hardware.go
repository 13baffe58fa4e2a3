package libav

// #include "bridge.h"
import "C"

import "sync"

// HardwareAuto stands for whatever device of the machine's can decode a codec.
const HardwareAuto = "auto"

// maxHardware is the most types of devices that are asked about for a codec.
const maxHardware = 16

// devices are those of the machine, opened when one is first asked for and kept until the process ends: nil where there is none.
var devices = struct {
	mu   sync.Mutex
	open map[C.int]*C.AVBufferRef // guarded by mu
}{open: make(map[C.int]*C.AVBufferRef)}

// HardwareTypes are the names of the types of devices that FFmpeg was built with, such as "vaapi". The machine need not have any.
func HardwareTypes() []string {
	var names []string
	for t := C.lk_hardware_next(0); t != 0; t = C.lk_hardware_next(t) {
		names = append(names, C.GoString(C.lk_hardware_name(t)))
	}
	return names
}

// hardware returns a device that decodes a stream's codec and its type's name: the first of all with HardwareAuto, else that of the type
// asked for. It returns nil without one: then the processor decodes.
func hardware(stream Stream, wanted string) (*C.AVBufferRef, string) {
	if wanted == "" || stream.Kind != KindVideo {
		return nil, ""
	}
	var types [maxHardware]C.int
	count := C.lk_hardware_types(uint32(stream.parameters.codec), &types[0], maxHardware)
	devices.mu.Lock()
	defer devices.mu.Unlock()
	for _, t := range types[:count] {
		name := C.GoString(C.lk_hardware_name(t))
		if wanted != HardwareAuto && wanted != name {
			continue
		}
		device, tried := devices.open[t]
		if !tried {
			device = C.lk_hardware_open(t)
			devices.open[t] = device
		}
		if device != nil {
			return device, name
		}
	}
	return nil, ""
}
