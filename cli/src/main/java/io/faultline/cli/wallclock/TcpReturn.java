/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

import io.faultline.vmm.migration.FrameChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Comes back to a target after the connection has broken. */
public final class TcpReturn {
    private static final long PAUSE_MILLIS = 100;

    private final InetSocketAddress address;
    private final Duration window;

    /**
     * Makes a way back.
     *
     * @param address where the target listens
     * @param window how long to try
     */
    public TcpReturn(InetSocketAddress address, Duration window) {
        this.address = address;
        this.window = window;
    }

    /**
     * Connects again, and tries until it succeeds or the window is over.
     *
     * @return a new connection
     * @throws IOException if nobody listens any more
     */
    public FrameChannel connect() throws IOException {
        long start = HostClock.nanos();
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                return TcpChannel.connect(address);
            } catch (IOException unreachable) {
                if (HostClock.nanos() - start >= window.toNanos()) {
                    throw unreachable;
                }
            }
            try {
                never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IOException("the program ends", stopped);
            }
        }
    }
}
