/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.api.arm64.PageSize;
import io.faultline.vmm.paging.PageSet;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/**
 * The bytes of frames. All numbers are big-endian.
 *
 * <p>A frame is: length of the body (4 bytes, 1 to {@value #LONGEST_BODY}), the body, CRC-32 of the body (4 bytes). The first
 * byte of the body says what frame it is. A reader allocates only what has really arrived, believes no count that the rest
 * of the body cannot hold, and refuses a body that is longer than its content. Nothing else than {@link IOException} comes
 * out of damaged or hostile input.
 *
 * @since 0.1
 */
public final class FrameCodec {
    /** Version of the protocol. A target refuses any other. */
    public static final int VERSION = 1;

    /** Longest body of a frame in bytes. */
    public static final int LONGEST_BODY = 1 << 20;

    /** Longest part of a state in one frame, in bytes. */
    static final int LONGEST_PART = LONGEST_BODY - 64;

    /** Most runs of pages in one frame. */
    static final int MOST_RUNS = 32_768;

    private static final int LONGEST_TEXT = 4096;
    private static final int MAGIC = 0x464C_544D;
    private static final int RUN_BYTES = Long.BYTES + Integer.BYTES;
    private static final int READ_STEP = 64 << 10;

    private static final long NO_LATENCY = -1;

    private static final int HELLO = 1;
    private static final int WELCOME = 2;
    private static final int REFUSE = 3;
    private static final int STATE = 4;
    private static final int PAGES = 5;
    private static final int READY = 6;
    private static final int GO = 7;
    private static final int RUNNING = 8;
    private static final int REQUEST = 9;
    private static final int PAGE = 10;
    private static final int FAILED = 11;
    private static final int MISSING = 12;
    private static final int END = 13;
    private static final int ALIVE = 14;

    private FrameCodec() {}

    /**
     * Writes a frame.
     *
     * @param frame what to write
     * @return its bytes
     * @throws IllegalArgumentException if it is longer than a frame may be
     */
    public static byte[] encode(Frame frame) {
        ByteBuffer body = body(frame).flip();
        if (body.limit() > LONGEST_BODY) {
            throw new IllegalArgumentException("a frame of " + body.limit() + " bytes is too long");
        }
        ByteBuffer bytes = ByteBuffer.allocate(body.limit() + 2 * Integer.BYTES);
        bytes.putInt(body.limit()).put(body.array(), 0, body.limit()).putInt(crc(body.array(), body.limit()));
        return bytes.array();
    }

    private static ByteBuffer body(Frame frame) {
        if (frame instanceof Frame.Hello hello) {
            byte[] backend = text(hello.backend());
            byte[] settings = text(hello.settings());
            ByteBuffer body = start(HELLO, 48 + backend.length + settings.length)
                    .putInt(MAGIC)
                    .putShort((short) VERSION)
                    .putLong(hello.session())
                    .put(flag(hello.recovery()))
                    .put(flag(hello.wishes().background()))
                    .put(flag(hello.wishes().announce()))
                    .putLong(hello.wishes().latencyNanos().orElse(NO_LATENCY));
            return put(put(body, backend), settings);
        } else if (frame instanceof Frame.Welcome) {
            return start(WELCOME, 0);
        } else if (frame instanceof Frame.Refuse refuse) {
            byte[] reason = text(refuse.reason());
            return put(start(REFUSE, 2 + reason.length), reason);
        } else if (frame instanceof Frame.State state) {
            return start(STATE, 8 + state.part().length)
                    .putInt(state.total())
                    .putInt(state.offset())
                    .put(state.part());
        } else if (frame instanceof Frame.Pages pages) {
            return runs(PAGES, pages.runs(), pages.last());
        } else if (frame instanceof Frame.Ready) {
            return start(READY, 0);
        } else if (frame instanceof Frame.Go go) {
            return start(GO, 8).putLong(go.pausedNanos());
        } else if (frame instanceof Frame.Running) {
            return start(RUNNING, 0);
        }
        return later(frame);
    }

    private static ByteBuffer later(Frame frame) {
        if (frame instanceof Frame.Request request) {
            return start(REQUEST, 9).putLong(request.page()).put(flag(request.urgent()));
        } else if (frame instanceof Frame.Page page) {
            return start(PAGE, 8 + page.content().length).putLong(page.page()).put(page.content());
        } else if (frame instanceof Frame.Failed failed) {
            byte[] reason = text(failed.reason());
            return put(start(FAILED, 10 + reason.length).putLong(failed.page()), reason);
        } else if (frame instanceof Frame.Missing missing) {
            return runs(MISSING, missing.runs(), missing.last());
        } else if (frame instanceof Frame.End end) {
            byte[] text = text(end.text());
            return put(start(END, 3 + text.length).put(flag(end.complete())), text);
        }
        return start(ALIVE, 0);
    }

    private static ByteBuffer start(int kind, int length) {
        return ByteBuffer.allocate(1 + length).put((byte) kind);
    }

    private static byte flag(boolean value) {
        return (byte) (value ? 1 : 0);
    }

    /** A text that is too long is cut: it is for people. */
    private static byte[] text(String text) {
        String fits = text;
        while (fits.getBytes(StandardCharsets.UTF_8).length > LONGEST_TEXT) {
            fits = fits.substring(0, fits.length() / 2);
        }
        return fits.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer put(ByteBuffer body, byte[] text) {
        return body.putShort((short) text.length).put(text);
    }

    private static ByteBuffer runs(int kind, List<PageSet.Run> runs, boolean last) {
        ByteBuffer body =
                start(kind, 5 + runs.size() * RUN_BYTES).put(flag(last)).putInt(runs.size());
        runs.forEach(run -> body.putLong(run.first()).putInt(run.pages()));
        return body;
    }

    /**
     * Reads a frame, waiting for it.
     *
     * @param in where from
     * @return the frame
     * @throws EOFException if the input ends, before a frame or in it
     * @throws IOException if the bytes are not a frame, or the input fails
     */
    public static Frame read(InputStream in) throws IOException {
        int length = ByteBuffer.wrap(exactly(in, Integer.BYTES)).getInt();
        if (length < 1 || length > LONGEST_BODY) {
            throw new IOException("a frame claims to be " + Integer.toUnsignedLong(length) + " bytes long");
        }
        byte[] body = exactly(in, length);
        if (ByteBuffer.wrap(exactly(in, Integer.BYTES)).getInt() != crc(body, length)) {
            throw new IOException("a frame has a wrong checksum");
        }
        return parse(ByteBuffer.wrap(body));
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = new byte[Math.min(length, READ_STEP)];
        int have = 0;
        while (have < length) {
            if (have == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(length, 2 * have));
            }
            int more = in.read(bytes, have, bytes.length - have);
            if (more < 0) {
                throw new EOFException("the connection ended");
            }
            have += more;
        }
        return bytes;
    }

    private static Frame parse(ByteBuffer body) throws IOException {
        try {
            Frame frame = content(body.get(), body);
            if (body.hasRemaining()) {
                throw new IOException("a frame has " + body.remaining() + " bytes too many");
            }
            return frame;
        } catch (BufferUnderflowException cut) {
            throw new IOException("a frame is shorter than its content", cut);
        }
    }

    private static Frame content(int kind, ByteBuffer body) throws IOException {
        return switch (kind) {
            case HELLO -> hello(body);
            case WELCOME -> new Frame.Welcome();
            case REFUSE -> new Frame.Refuse(text(body));
            case STATE -> new Frame.State(body.getInt(), body.getInt(), rest(body));
            case PAGES -> {
                boolean last = flag(body);
                yield new Frame.Pages(runs(body), last);
            }
            case READY -> new Frame.Ready();
            case GO -> new Frame.Go(body.getLong());
            case RUNNING -> new Frame.Running();
            case REQUEST -> new Frame.Request(page(body), flag(body));
            case PAGE -> page(page(body), rest(body));
            case FAILED -> new Frame.Failed(page(body), text(body));
            case MISSING -> {
                boolean last = flag(body);
                yield new Frame.Missing(runs(body), last);
            }
            case END -> new Frame.End(flag(body), text(body));
            case ALIVE -> new Frame.Alive();
            default -> throw new IOException("there is no frame of kind " + kind);
        };
    }

    private static Frame hello(ByteBuffer body) throws IOException {
        if (body.getInt() != MAGIC) {
            throw new IOException("the other side does not speak this protocol");
        }
        int version = body.getShort() & 0xFFFF;
        if (version != VERSION) {
            throw new IOException("the other side speaks version " + version + " of the protocol, this one " + VERSION);
        }
        long session = body.getLong();
        boolean recovery = flag(body);
        boolean background = flag(body);
        boolean announce = flag(body);
        long latency = body.getLong();
        if (latency < NO_LATENCY) {
            throw new IOException("a latency of " + latency + " ns is negative");
        }
        OptionalLong nanos = latency == NO_LATENCY ? OptionalLong.empty() : OptionalLong.of(latency);
        return new Frame.Hello(
                session, recovery, text(body), text(body), new Frame.Wishes(background, announce, nanos));
    }

    private static Frame page(long page, byte[] content) throws IOException {
        if (content.length != 0 && content.length != PageSize.BYTES) {
            throw new IOException("a page has " + content.length + " bytes");
        }
        return new Frame.Page(page, content);
    }

    private static long page(ByteBuffer body) throws IOException {
        long page = body.getLong();
        if (!PageSize.isAligned(page)) {
            throw new IOException("0x" + Long.toHexString(page) + " is not the address of a page");
        }
        return page;
    }

    private static boolean flag(ByteBuffer body) throws IOException {
        int value = body.get();
        if (value != 0 && value != 1) {
            throw new IOException("a flag has the value " + value);
        }
        return value == 1;
    }

    private static String text(ByteBuffer body) throws IOException {
        int length = body.getShort() & 0xFFFF;
        if (length > LONGEST_TEXT || length > body.remaining()) {
            throw new IOException("a text claims to be " + length + " bytes long");
        }
        byte[] bytes = new byte[length];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] rest(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return bytes;
    }

    private static List<PageSet.Run> runs(ByteBuffer body) throws IOException {
        int count = body.getInt();
        if (count < 0 || count > MOST_RUNS || (long) count * RUN_BYTES != body.remaining()) {
            throw new IOException("a map claims to have " + Integer.toUnsignedLong(count) + " runs");
        }
        List<PageSet.Run> runs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            runs.add(new PageSet.Run(page(body), body.getInt()));
        }
        return runs;
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
