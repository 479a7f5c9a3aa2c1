/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.version;

import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.XenError;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The hypercall xen_version, number 17: command, buffer (xen.md 2.3, XEN-014 to XEN-016).
 *
 * @since 0.1
 */
public final class VersionCall implements Hypercall {
    private static final int EXTRA_BYTES = 16;
    private static final int CAPABILITY_BYTES = 1024;
    private static final int CHANGESET_BYTES = 64;
    private static final int COMMAND_LINE_BYTES = 1024;
    private static final int PAGE_BYTES = 4096;
    private static final int FEATURE_BYTES = 8;
    private static final int LENGTH_BYTES = 4;
    private static final String CAPABILITIES = "xen-3.0-aarch64 xen-3.0-armv7l ";
    private static final String CHANGESET = "unavailable";
    private static final String DENIED = "<denied>";
    /** Compiler, who compiled it, on which domain, when: sizes and texts. */
    private static final int[] COMPILE_SIZES = {64, 16, 32, 32};

    private static final String[] COMPILE_TEXTS = {"javac", "faultline", "localdomain", "Thu Jan  1 00:00:00 UTC 1970"};

    private final @Nullable Hypercall[] commands;

    /**
     * Makes the call.
     *
     * @param version what the hypervisor says it is
     * @param uuid 16 bytes: the handle of the domain
     */
    public VersionCall(HypervisorVersion version, byte[] uuid) {
        Hypercall denied = caller -> -XenError.EPERM;
        commands = new @Nullable Hypercall[] {
            caller -> version.number(),
            fixed(text(version.extra(), EXTRA_BYTES)),
            fixed(compileInfo()),
            fixed(text(CAPABILITIES, CAPABILITY_BYTES)),
            fixed(text(CHANGESET, CHANGESET_BYTES)),
            fixed(new byte[Long.BYTES]),
            VersionCall::features,
            caller -> caller.argument(1) == 0 ? PAGE_BYTES : -XenError.EINVAL,
            fixed(uuid.clone()),
            fixed(text(DENIED, COMMAND_LINE_BYTES)),
            denied,
            variable(version.extra()),
            variable(CAPABILITIES),
            variable(CHANGESET),
            denied,
        };
    }

    @Override
    public long call(Caller caller) {
        int command = caller.word(0);
        Hypercall known = command >= 0 && command < commands.length ? commands[command] : null;
        return known == null ? -XenError.ENOSYS : known.call(caller);
    }

    private static byte[] text(String text, int bytes) {
        return ByteBuffer.allocate(bytes)
                .put(text.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    private static byte[] compileInfo() {
        int all = 0;
        for (int size : COMPILE_SIZES) {
            all += size;
        }
        ByteBuffer info = ByteBuffer.allocate(all);
        for (int i = 0; i < COMPILE_SIZES.length; i++) {
            info.put(text(COMPILE_TEXTS[i], COMPILE_SIZES[i]));
        }
        return info.array();
    }

    /** A command that copies a structure whose size the guest knows. */
    private static Hypercall fixed(byte[] bytes) {
        return caller -> caller.write(caller.argument(1), bytes, 0, bytes.length) ? 0 : -XenError.EFAULT;
    }

    /**
     * A command that copies a text without an end behind the length of the guest's buffer. Without a buffer it says how long
     * the text is.
     */
    private static Hypercall variable(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return caller -> {
            long buffer = caller.argument(1);
            if (buffer == 0) {
                return bytes.length;
            }
            if (!caller.readStruct(buffer, LENGTH_BYTES)) {
                return -XenError.EFAULT;
            }
            if (Integer.compareUnsigned(caller.struct().u32(0), bytes.length) < 0) {
                return -XenError.ENOBUFS;
            }
            return caller.write(buffer + LENGTH_BYTES, bytes, 0, bytes.length) ? bytes.length : -XenError.EFAULT;
        };
    }

    private static long features(Caller caller) {
        long buffer = caller.argument(1);
        if (!caller.readStruct(buffer, FEATURE_BYTES)) {
            return -XenError.EFAULT;
        }
        if (caller.struct().u32(0) != 0) {
            return -XenError.EINVAL;
        }
        caller.struct().u32(4, Features.SUBMAP_0);
        return caller.writeStruct(buffer, FEATURE_BYTES) ? 0 : -XenError.EFAULT;
    }
}
