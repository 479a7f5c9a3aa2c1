/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

import io.faultline.vmm.migration.Frame;
import io.faultline.vmm.migration.FrameChannel;
import io.faultline.vmm.migration.Reconnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits for one guest, and for its origin to come back when the connection has broken. Others are told that they are not
 * expected; somebody who says nothing that makes sense is dropped.
 */
public final class TcpListener implements Reconnection, AutoCloseable {
    private static final long PATIENCE = Duration.ofSeconds(5).toNanos();

    private final ServerSocket server;
    private final long windowNanos;
    private final Thread acceptor = new Thread(this::accept, "faultline-acceptor");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Optional<Introduced> first = Optional.empty();
    private OptionalLong session = OptionalLong.empty();
    private final Deque<FrameChannel> returned = new ArrayDeque<>();
    private OptionalLong lostAt = OptionalLong.empty();
    private boolean closed;

    /**
     * An origin that has said who it is.
     *
     * @param channel the connection
     * @param hello what it said
     */
    public record Introduced(FrameChannel channel, Frame.Hello hello) {}

    private TcpListener(ServerSocket server, Duration window) {
        this.server = server;
        this.windowNanos = window.toNanos();
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /**
     * Starts to listen.
     *
     * @param address where; port 0 for any that is free
     * @param window how long an origin may be away
     * @return the listener
     * @throws IOException if the address cannot be used
     */
    public static TcpListener open(InetSocketAddress address, Duration window) throws IOException {
        ServerSocket server = new ServerSocket();
        try {
            server.bind(address);
            return new TcpListener(server, window);
        } catch (IOException taken) {
            server.close();
            throw taken;
        }
    }

    /**
     * Returns where it listens.
     *
     * @return the address, with the port that was chosen
     */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private void accept() {
        while (true) {
            try {
                introduce(new TcpChannel(server.accept()));
            } catch (IOException next) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private void introduce(TcpChannel channel) throws IOException {
        boolean taken = false;
        try {
            if (channel.receive(PATIENCE).orElse(new Frame.Alive()) instanceof Frame.Hello hello) {
                taken = take(channel, hello);
                if (!taken) {
                    channel.send(new Frame.Refuse("another guest is expected here"));
                }
            }
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private boolean take(TcpChannel channel, Frame.Hello hello) {
        lock.lock();
        try {
            if (closed) {
                return false;
            } else if (session.isEmpty() && !hello.recovery()) {
                session = OptionalLong.of(hello.session());
                first = Optional.of(new Introduced(channel, hello));
            } else if (session.isPresent() && session.getAsLong() == hello.session() && hello.recovery()) {
                returned.addLast(channel);
            } else {
                return false;
            }
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the origin of a guest, for as long as it takes.
     *
     * @return the origin
     * @throws IOException if the program ends
     */
    public Introduced first() throws IOException {
        lock.lock();
        try {
            while (first.isEmpty()) {
                changed.await();
            }
            return first.get();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("the program ends", stopped);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<FrameChannel> await(long nanos, long wanted) throws IOException {
        lock.lock();
        try {
            long now = HostClock.nanos();
            if (lostAt.isEmpty()) {
                lostAt = OptionalLong.of(now);
            }
            long over = windowNanos - (now - lostAt.getAsLong());
            long left = Math.min(nanos, over);
            while (returned.isEmpty()) {
                if (left <= 0 && over <= nanos) {
                    throw new IOException("nobody came back within " + windowNanos / 1_000_000_000L + " s");
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
            lostAt = OptionalLong.empty();
            FrameChannel newest = returned.pollLast();
            returned.forEach(TcpChannel::closeQuietly);
            returned.clear();
            return Optional.ofNullable(newest);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("the program ends", stopped);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            returned.forEach(TcpChannel::closeQuietly);
            returned.clear();
        } finally {
            lock.unlock();
        }
        TcpChannel.closeQuietly(server);
    }
}
