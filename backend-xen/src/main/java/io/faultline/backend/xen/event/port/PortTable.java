/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.port;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Arrays;

/**
 * The ports of a domain.
 *
 * <p>The table grows by {@link #STEP} ports at a time and never shrinks while the domain lives: a number that was valid once
 * stays valid (XSA-338). What is asked about a port is asked about a {@linkplain #isValid valid} one. Used by the thread that
 * drives the machine.
 *
 * @since 0.1
 */
public class PortTable {
    /** By how many ports the table grows. */
    public static final int STEP = 64;
    /** Number of ports that no table exceeds. */
    public static final int MOST_PORTS = 1 << 17;
    /** Priority of a port that was just bound (XEN-106). */
    public static final int DEFAULT_PRIORITY = 7;
    /** Number of priorities, and of queues of a vCPU. */
    public static final int PRIORITIES = 16;

    private static final int WORDS_PER_PORT = 4;
    private static final int MOST_DOMAIN = 0xFFFF;
    private static final long LATCHED = 1L << 48;

    private final int limit;
    private int valid;
    private int open;
    private int xenOwned;
    private boolean refusing;
    private PortState[] state = new PortState[0];
    private int[] remoteDomain = new int[0];
    private int[] remotePort = new int[0];
    private int[] vcpu = new int[0];
    private int[] lastQueue = new int[0];
    private int[] consumer = new int[0];
    private byte[] priority = new byte[0];
    private boolean[] latched = new boolean[0];
    /** One bit for each port that is not FREE. */
    private long[] taken = new long[0];

    /**
     * Makes the table of a new domain: port 0 is reserved, the others are free.
     *
     * @param limit highest number that a port may have, 1 to {@link #MOST_PORTS} - 1
     * @throws IllegalArgumentException if the limit is out of range
     */
    public PortTable(int limit) {
        if (limit < 1 || limit >= MOST_PORTS) {
            throw new IllegalArgumentException("a limit of " + limit + " ports is outside 1 to " + (MOST_PORTS - 1));
        }
        this.limit = limit;
        reset();
    }

    /** Frees every port and shrinks the table to its first step: the domain is new. */
    public final void reset() {
        valid = 0;
        open = 0;
        xenOwned = 0;
        Arrays.fill(taken, 0);
        growTo(STEP);
        state[0] = PortState.RESERVED;
        taken[0] = 1;
    }

    /**
     * Returns the limit.
     *
     * @return highest number that a port may have
     */
    public int limit() {
        return limit;
    }

    /**
     * Returns how many ports have been made.
     *
     * @return a positive multiple of {@link #STEP}
     */
    public int valid() {
        return valid;
    }

    /** The domain dies: no port is taken into use any more. */
    public void refuseMore() {
        refusing = true;
    }

    /**
     * Tells whether the domain dies.
     *
     * @return true since {@link #refuseMore}
     */
    public boolean refusesMore() {
        return refusing;
    }

    /**
     * Tells whether there is such a port.
     *
     * @param port any value; compared as unsigned
     * @return true if it is 0 to {@link #valid()} - 1
     */
    public boolean isValid(int port) {
        return Integer.compareUnsigned(port, valid) < 0;
    }

    /**
     * Looks for a number for a new port.
     *
     * @param from where to begin, at least 0
     * @return the lowest number from there that is free; {@link #valid()} or {@code from}, whichever is more, if all are
     *     taken
     */
    public int nextFree(int from) {
        if (from >= valid) {
            return from;
        }
        int word = from / Long.SIZE;
        long free = ~taken[word] & -1L << from;
        while (free == 0) {
            word++;
            if (word * Long.SIZE >= valid) {
                return valid;
            }
            free = ~taken[word];
        }
        return word * Long.SIZE + Long.numberOfTrailingZeros(free);
    }

    /**
     * Takes a free port into use, with the default priority. What only the FIFO ABI keeps of it - latch and last queue - is
     * what the last user left.
     *
     * @param port a number that {@link #nextFree} returned; the table grows to it
     * @param as its state
     * @param domain the remote domain, or 0
     * @param remote the remote port, or the number of the VIRQ, or 0
     * @param notified vCPU that is told
     */
    public void bind(int port, PortState as, int domain, int remote, int notified) {
        if (port >= valid) {
            growTo(port / STEP * STEP + STEP);
        }
        taken[port / Long.SIZE] |= 1L << port;
        open++;
        vcpu[port] = notified;
        priority[port] = DEFAULT_PRIORITY;
        become(port, as, domain, remote);
    }

    /**
     * Gives a port that is in use another state; vCPU, priority and consumer stay.
     *
     * @param port the port
     * @param as its new state
     * @param domain the remote domain
     * @param remote the remote port, or 0
     */
    public void become(int port, PortState as, int domain, int remote) {
        state[port] = as;
        remoteDomain[port] = domain;
        remotePort[port] = remote;
    }

    /**
     * Gives a port back.
     *
     * @param port a port that is in use
     */
    public void free(int port) {
        taken[port / Long.SIZE] &= ~(1L << port);
        open--;
        if (consumer[port] != 0) {
            consumer[port] = 0;
            xenOwned--;
        }
        vcpu[port] = 0;
        become(port, PortState.FREE, 0, 0);
    }

    /**
     * Gives a port to the hypervisor, which consumes its events itself (xen.md 4.7).
     *
     * @param port a port that is in use
     * @param number number of the consumer, at least 1
     */
    public void consume(int port, int number) {
        consumer[port] = number;
        xenOwned++;
    }

    /**
     * Returns how many ports are in use.
     *
     * @return those neither FREE nor RESERVED
     */
    public int open() {
        return open;
    }

    /**
     * Returns how many ports the hypervisor consumes.
     *
     * @return at most {@link #open()}
     */
    public int xenOwned() {
        return xenOwned;
    }

    /**
     * Returns the state.
     *
     * @param port a valid port
     * @return what it is
     */
    public PortState state(int port) {
        return state[port];
    }

    /**
     * Returns the domain that is, or may be, at the other end.
     *
     * @param port a port that is UNBOUND or INTERDOMAIN
     * @return number of the domain
     */
    public int remoteDomain(int port) {
        return remoteDomain[port];
    }

    /**
     * Returns the port at the other end.
     *
     * @param port a port that is INTERDOMAIN
     * @return a port of {@link #remoteDomain}
     */
    public int remotePort(int port) {
        return remotePort[port];
    }

    /**
     * Returns the virtual interrupt.
     *
     * @param port a port that is VIRQ
     * @return its number
     */
    public int virq(int port) {
        return remotePort[port];
    }

    /**
     * Tells whether a port is one end of a certain channel.
     *
     * @param port any value
     * @param domain the remote domain
     * @param remote the remote port
     * @return true if the port is connected to that port
     */
    public boolean isConnected(int port, int domain, int remote) {
        return isValid(port)
                && state[port] == PortState.INTERDOMAIN
                && remotePort[port] == remote
                && remoteDomain[port] == domain;
    }

    /**
     * Returns the vCPU that is told.
     *
     * @param port a valid port
     * @return its index; 0 for a port that is not in use
     */
    public int vcpu(int port) {
        return vcpu[port];
    }

    /**
     * Chooses the vCPU that is told.
     *
     * @param port a port that is in use
     * @param notified index of the vCPU
     */
    public void vcpu(int port, int notified) {
        vcpu[port] = notified;
    }

    /**
     * Returns who in the hypervisor consumes the events.
     *
     * @param port a valid port
     * @return number of the consumer; 0 if the port is the guest's
     */
    public int consumer(int port) {
        return consumer[port];
    }

    /**
     * Tells whether the guest may use the port: poll accepts no other.
     *
     * @param port any value
     * @return true if it is valid, in use, and not the hypervisor's own
     */
    public boolean isUsable(int port) {
        return isValid(port) && state[port].isOpen() && consumer[port] == 0;
    }

    /**
     * Returns the priority.
     *
     * @param port a valid port
     * @return 0, the highest, to 15
     */
    public int priority(int port) {
        return priority[port];
    }

    /**
     * Sets the priority.
     *
     * @param port a valid port
     * @param value 0 to 15
     */
    public void priority(int port, int value) {
        priority[port] = (byte) value;
    }

    /**
     * Returns the queue to which the port was added last.
     *
     * @param port a valid port
     * @return vCPU * {@link #PRIORITIES} + priority
     */
    public int lastQueue(int port) {
        return lastQueue[port];
    }

    /**
     * Remembers the queue to which the port is added.
     *
     * @param port a valid port
     * @param queue vCPU * {@link #PRIORITIES} + priority
     */
    public void lastQueue(int port, int queue) {
        lastQueue[port] = queue;
    }

    /**
     * Tells whether an event came for which there was no event word.
     *
     * @param port a valid port
     * @return true since the first such event
     */
    public boolean isLatched(int port) {
        return latched[port];
    }

    /**
     * Remembers an event for which there is no event word. Nothing makes this undone (xen.md 4.2, expand_array).
     *
     * @param port a valid port
     */
    public void latch(int port) {
        latched[port] = true;
    }

    private void growTo(int ports) {
        if (ports > state.length) {
            int capacity = Math.max(ports, Math.min(2 * state.length, MOST_PORTS));
            state = Arrays.copyOf(state, capacity);
            remoteDomain = Arrays.copyOf(remoteDomain, capacity);
            remotePort = Arrays.copyOf(remotePort, capacity);
            vcpu = Arrays.copyOf(vcpu, capacity);
            lastQueue = Arrays.copyOf(lastQueue, capacity);
            consumer = Arrays.copyOf(consumer, capacity);
            priority = Arrays.copyOf(priority, capacity);
            latched = Arrays.copyOf(latched, capacity);
            taken = Arrays.copyOf(taken, capacity / Long.SIZE);
        }
        Arrays.fill(state, valid, ports, PortState.FREE);
        Arrays.fill(remoteDomain, valid, ports, 0);
        Arrays.fill(remotePort, valid, ports, 0);
        Arrays.fill(vcpu, valid, ports, 0);
        Arrays.fill(lastQueue, valid, ports, 0);
        Arrays.fill(consumer, valid, ports, 0);
        Arrays.fill(priority, valid, ports, (byte) DEFAULT_PRIORITY);
        Arrays.fill(latched, valid, ports, false);
        valid = ports;
    }

    /**
     * Writes the table; ports that are as they were made are left out.
     *
     * @param writer where to
     */
    public void save(StateWriter writer) {
        writer.word("valid", valid);
        long[] words = new long[WORDS_PER_PORT * valid];
        int length = 0;
        for (int port = 1; port < valid; port++) {
            if (state[port] != PortState.FREE
                    || lastQueue[port] != 0
                    || priority[port] != DEFAULT_PRIORITY
                    || latched[port]) {
                words[length] = port
                        | (long) state[port].ordinal() << Integer.SIZE
                        | (long) priority[port] << 40
                        | (latched[port] ? LATCHED : 0);
                words[length + 1] = pair(remoteDomain[port], remotePort[port]);
                words[length + 2] = pair(vcpu[port], lastQueue[port]);
                words[length + 3] = consumer[port];
                length += WORDS_PER_PORT;
            }
        }
        writer.words("ports", Arrays.copyOf(words, length));
    }

    /**
     * Reads what {@link #save} wrote. That the state fits what is said elsewhere - host ends, VIRQs - is for others to see.
     *
     * @param reader where from
     * @param vcpus number of vCPUs of the domain
     * @param consumers number of consumers that the hypervisor has
     * @throws io.faultline.api.error.HypervisorException with INVALID_STATE if a value is out of range
     */
    public void restore(StateReader reader, int vcpus, int consumers) {
        int ports = reader.integer("valid", STEP, MOST_PORTS);
        if (ports % STEP != 0 || ports > limit / STEP * STEP + STEP) {
            throw reader.invalid("valid", "is " + ports + ", which this domain cannot have with a limit of " + limit);
        }
        long[] words = reader.words("ports");
        if (words.length % WORDS_PER_PORT != 0) {
            throw reader.invalid("ports", "ends in the middle of a port");
        }
        reset();
        growTo(ports);
        int previous = 0;
        for (int i = 0; i < words.length; i += WORDS_PER_PORT) {
            int port = (int) words[i];
            if (port <= previous || port >= ports) {
                throw reader.invalid("ports", "has port " + port + " after port " + previous + " of " + ports);
            }
            if (!restorePort(port, words, i, vcpus, consumers)) {
                throw reader.invalid("ports", "describes port " + port + " as it cannot be");
            }
            previous = port;
        }
    }

    private boolean restorePort(int port, long[] words, int at, int vcpus, int consumers) {
        int kind = (int) (words[at] >>> Integer.SIZE) & 0xFF;
        int level = (int) (words[at] >>> 40) & 0xFF;
        int domain = (int) words[at + 1];
        int remote = (int) (words[at + 1] >>> Integer.SIZE);
        int notified = (int) words[at + 2];
        int queue = (int) (words[at + 2] >>> Integer.SIZE);
        long number = words[at + 3];
        boolean inRange = words[at] >>> 49 == 0
                && kind < PortState.values().length
                && level < PRIORITIES
                && domain >= 0
                && domain <= MOST_DOMAIN
                && remote >= 0
                && remote < MOST_PORTS
                && notified >= 0
                && notified < vcpus
                && queue >= 0
                && queue < vcpus * PRIORITIES
                && number >= 0
                && number <= consumers;
        if (!inRange) {
            return false;
        }
        PortState as = PortState.values()[kind];
        if (!canBe(port, as, domain, remote, notified, number != 0)) {
            return false;
        }
        if (as.isOpen()) {
            bind(port, as, domain, remote, notified);
        }
        if (number != 0) {
            consume(port, (int) number);
        }
        priority[port] = (byte) level;
        lastQueue[port] = queue;
        latched[port] = (words[at] & LATCHED) != 0;
        return true;
    }

    private boolean canBe(int port, PortState as, int domain, int remote, int notified, boolean consumed) {
        switch (as) {
            case FREE:
                return domain == 0 && remote == 0 && notified == 0 && !consumed;
            case UNBOUND:
                return port <= limit && remote == 0;
            case INTERDOMAIN:
                return port <= limit && remote != 0;
            case VIRQ:
                return port <= limit && domain == 0 && !consumed;
            case IPI:
                return port <= limit && domain == 0 && remote == 0 && !consumed;
            default:
                return false;
        }
    }

    private static long pair(int low, int high) {
        return low & 0xFFFF_FFFFL | (long) high << Integer.SIZE;
    }
}
