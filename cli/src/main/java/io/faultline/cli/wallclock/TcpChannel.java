/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.wallclock;

import io.faultline.vmm.migration.Frame;
import io.faultline.vmm.migration.FrameChannel;
import io.faultline.vmm.migration.FrameCodec;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection over TCP. Two threads carry bytes; whoever uses the channel sees only what they have put into a mailbox.
 *
 * <p>Each side says that it is alive when it has nothing else to say, so that one whose host has vanished is noticed.
 */
public final class TcpChannel implements FrameChannel {
    /** A side that says nothing for so long is gone. */
    static final Duration SILENCE = Duration.ofSeconds(15);

    private static final long BEAT = Duration.ofSeconds(3).toNanos();
    private static final int CONNECT_MILLIS = 5000;
    private static final int CLOSE_MILLIS = 2000;
    private static final int MOST_INCOMING = 256;
    private static final int MOST_OUTGOING = 4;

    private final Socket socket;
    private final Thread reader = new Thread(this::read, "faultline-reader");
    private final Thread writer = new Thread(this::write, "faultline-writer");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Frame> incoming = new ArrayDeque<>();
    private final Deque<byte[]> outgoing = new ArrayDeque<>();
    private Optional<IOException> failure = Optional.empty();
    private boolean closing;

    /**
     * Takes a connection over.
     *
     * @param socket a connected socket
     * @throws IOException if it is not usable
     */
    TcpChannel(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) SILENCE.toMillis());
        // What hangs must not keep the program from ending.
        reader.setDaemon(true);
        writer.setDaemon(true);
        reader.start();
        writer.start();
    }

    /**
     * Connects to somebody who listens.
     *
     * @param address where
     * @return the channel
     * @throws IOException if nobody does
     */
    public static TcpChannel connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(address, CONNECT_MILLIS);
            if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
                // TCP lets a socket connect to itself when it happens to choose the port that it is looking for.
                throw new IOException("Connection refused");
            }
            return new TcpChannel(socket);
        } catch (IOException unreachable) {
            socket.close();
            throw unreachable;
        }
    }

    private void read() {
        try {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            while (true) {
                Frame frame = FrameCodec.read(in);
                if (!(frame instanceof Frame.Alive)) {
                    deliver(frame);
                }
            }
        } catch (SocketTimeoutException silent) {
            fail(new IOException("the other side has been silent for " + SILENCE.toSeconds() + " s", silent));
        } catch (IOException broken) {
            fail(broken);
        } catch (InterruptedException stopped) {
            fail(new IOException("the program ends", stopped));
        }
    }

    private void deliver(Frame frame) throws InterruptedException {
        lock.lock();
        try {
            while (incoming.size() >= MOST_INCOMING && !closing) {
                changed.await();
            }
            if (!closing) {
                incoming.addLast(frame);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        byte[] alive = FrameCodec.encode(new Frame.Alive());
        try {
            OutputStream out = socket.getOutputStream();
            for (Optional<byte[]> next = take(); next.isPresent(); next = take()) {
                byte[] bytes = next.get();
                out.write(bytes.length == 0 ? alive : bytes);
            }
            socket.shutdownOutput();
        } catch (IOException broken) {
            fail(broken);
        } catch (InterruptedException stopped) {
            fail(new IOException("the program ends", stopped));
        }
    }

    /** Returns what is to be written next, nothing as a sign of life; empty when all has been written. */
    private Optional<byte[]> take() throws InterruptedException {
        lock.lock();
        try {
            long left = BEAT;
            while (outgoing.isEmpty() && !closing && failure.isEmpty()) {
                if (left <= 0) {
                    return Optional.of(new byte[0]);
                }
                left = changed.awaitNanos(left);
            }
            Optional<byte[]> next = Optional.ofNullable(outgoing.pollFirst());
            changed.signalAll();
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void fail(IOException problem) {
        lock.lock();
        try {
            if (failure.isEmpty()) {
                failure = Optional.of(problem);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void send(Frame frame) throws IOException {
        byte[] bytes = FrameCodec.encode(frame);
        lock.lock();
        try {
            requireWhole();
            outgoing.addLast(bytes);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void requireWhole() throws IOException {
        if (failure.isPresent()) {
            throw new IOException(failure.get().getMessage(), failure.get());
        }
        if (closing) {
            throw new IOException("the connection was closed");
        }
    }

    @Override
    public Optional<Frame> receive(long nanos) throws IOException {
        lock.lock();
        try {
            long left = nanos;
            while (incoming.isEmpty()) {
                requireWhole();
                if (left <= 0) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
            Frame frame = incoming.pollFirst();
            changed.signalAll();
            return Optional.ofNullable(frame);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("the program ends", stopped);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitRoom() throws IOException {
        lock.lock();
        try {
            while (outgoing.size() >= MOST_OUTGOING) {
                requireWhole();
                changed.await();
            }
            requireWhole();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("the program ends", stopped);
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Reads on until the other side closes as well, for a while: closing a socket with unread input would destroy what
     * is still on its way there.
     */
    @Override
    public void close() {
        boolean wasWhole;
        lock.lock();
        try {
            wasWhole = failure.isEmpty() && !closing;
            closing = true;
            incoming.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (wasWhole) {
                writer.join(CLOSE_MILLIS);
                reader.join(CLOSE_MILLIS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            closeQuietly(socket);
        }
    }

    static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception alreadyGone) {
            // Nothing can be done, and nothing is lost.
        }
    }
}
