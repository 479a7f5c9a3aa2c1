/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between an origin and a target, and cuts the first connections after so many bytes. */
final class CuttingProxy implements AutoCloseable {
    /** Which way bytes are counted. */
    enum Way {
        TO_TARGET,
        TO_ORIGIN
    }

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final Way way;
    private final long bytes;
    private final int cuts;
    private final boolean forGood;
    private final AtomicInteger connections = new AtomicInteger();
    final AtomicLong toTarget = new AtomicLong();
    final AtomicLong toOrigin = new AtomicLong();

    /**
     * @param cuts how many connections are cut
     * @param forGood whether nobody gets through after that
     */
    CuttingProxy(int target, Way way, long bytes, int cuts, boolean forGood) throws IOException {
        this.target = target;
        this.way = way;
        this.bytes = bytes;
        this.cuts = cuts;
        this.forGood = forGood;
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (true) {
            try {
                Socket origin = server.accept();
                boolean cut = connections.incrementAndGet() <= cuts;
                Socket other = connect(origin);
                long toTargetLimit = cut && way == Way.TO_TARGET ? bytes : Long.MAX_VALUE;
                long toOriginLimit = cut && way == Way.TO_ORIGIN ? bytes : Long.MAX_VALUE;
                start(() -> carry(origin, other, toTarget, toTargetLimit));
                start(() -> carry(other, origin, toOrigin, toOriginLimit));
            } catch (IOException closed) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private Socket connect(Socket origin) throws IOException {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException nobody) {
            origin.close();
            throw nobody;
        }
    }

    private void carry(Socket from, Socket to, AtomicLong count, long limit) {
        long left = limit;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[4096];
            while (left > 0) {
                int length = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (length < 0) {
                    to.shutdownOutput();
                    return;
                }
                out.write(buffer, 0, length);
                count.addAndGet(length);
                left -= length;
            }
            // A limit is reached: both sides lose the connection at once.
            if (forGood) {
                server.close();
            }
            from.close();
            to.close();
        } catch (IOException gone) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // Nothing is left to close.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
