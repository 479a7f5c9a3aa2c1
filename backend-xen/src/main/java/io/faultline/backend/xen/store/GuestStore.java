/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.ring.RingSignal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * The xenstore of one guest: its tree, and the responder at the other end of its rings (xen.md 6.6, XEN-179).
 *
 * <p>Each machine has a tree of its own, in which the guest sees itself and the toolstack, domain 0, as whose hand the VMM
 * acts. What a guest may have is limited: 1000 nodes of 2048 bytes, 128 watches, 10 transactions of 1024 nodes each, 20
 * answers and 1024 events that it has not read. Used by the thread that drives the machine.
 *
 * @since 0.1
 */
public final class GuestStore implements StateElement {
    private final StoreSettings.Presence presence;
    private final int domain;
    private final long gfn;
    private final RingSignal signal;
    private final StorePage parameter;
    private final StoreContents contents;
    private final Quota quota = Quota.STANDARD;
    private final LiveView live = new LiveView();
    private final Operations operations;
    private final Connection connection;
    private final Requests requests;
    private boolean introduced;

    /**
     * Makes a store without any nodes; {@link #reset()} fills it.
     *
     * @param settings which of the configurations; with NONE there are nodes, but nobody can ask for them
     * @param domain number of the guest
     * @param page the page of the rings
     * @param gfn where the guest finds the page
     * @param signal tells the guest of changes to the page
     * @param parameter STORE_PFN
     * @param known whether a domain is there
     * @param contents what the toolstack has written
     */
    public GuestStore(
            StoreSettings settings,
            int domain,
            Frame page,
            long gfn,
            RingSignal signal,
            StorePage parameter,
            IntPredicate known,
            StoreContents contents) {
        this.presence = settings.presence();
        this.domain = domain;
        this.gfn = gfn;
        this.signal = signal;
        this.parameter = parameter;
        this.contents = contents;
        StoreClient guest = new StoreClient(domain);
        this.operations = new Operations(quota, guest);
        this.connection = new Connection(page, quota);
        this.requests = new Requests(
                live, operations, quota, guest, other -> other == domain ? introduced : known.test(other), connection);
    }

    /**
     * Returns the number of the guest.
     *
     * @return the number of its domain
     */
    public int domain() {
        return domain;
    }

    /** The guest has sent an event: it has written requests, or read answers. */
    public void notified() {
        serve();
    }

    private void serve() {
        if (introduced && connection.serve(requests)) {
            signal.raise();
        }
    }

    /**
     * Sets up the page and STORE_PFN as they are when the guest starts. To be called after RAM and this element have been
     * reset, and not after a restore.
     */
    public void start() {
        switch (presence) {
            case LIVE -> open();
            case LATE -> parameter.publish(StorePage.LATER);
            case NONE -> parameter.publish(0);
        }
    }

    private void open() {
        introduced = true;
        connection.open();
        parameter.publish(gfn);
    }

    /**
     * Introduces a guest whose xenstore comes late: its parameter names the page, and an event tells it to look.
     *
     * @return false if the guest has its xenstore already, or is never to have one; nothing happens then
     */
    public boolean introduce() {
        if (introduced || presence != StoreSettings.Presence.LATE) {
            return false;
        }
        open();
        signal.raise();
        return true;
    }

    /**
     * Reads a node as the toolstack.
     *
     * @param path absolute path
     * @return a copy of its bytes; empty if there is no such node
     * @throws HypervisorException with INVALID_ARGUMENT if the path is malformed
     */
    public Optional<byte[]> read(String path) {
        Node node = live.look(checked(path));
        return node == null ? Optional.empty() : Optional.of(node.value().clone());
    }

    /**
     * Reads a node as the toolstack.
     *
     * @param path absolute path
     * @return its bytes as text, one character each; empty if there is no such node
     * @throws HypervisorException with INVALID_ARGUMENT if the path is malformed
     */
    public Optional<String> text(String path) {
        return read(path).map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /**
     * Writes a node as the toolstack; nodes above that are missing are made.
     *
     * @param path absolute path
     * @param value at most 4096 bytes
     * @throws HypervisorException with INVALID_ARGUMENT if the path is malformed or the value too long
     */
    public void write(String path, byte[] value) {
        if (value.length > Message.PAYLOAD_BYTES) {
            throw invalid("value of " + value.length + " bytes is longer than a message of xenstore", path);
        }
        String checked = checked(path);
        act(path, () -> operations.write(StoreClient.TOOLSTACK, live, checked, value.clone()));
    }

    /**
     * Writes a node as the toolstack.
     *
     * @param path absolute path
     * @param value characters up to U+00FF, at most 4096
     * @throws HypervisorException with INVALID_ARGUMENT if the path is malformed or the value too long
     */
    public void write(String path, String value) {
        write(path, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Removes a node and everything below it as the toolstack.
     *
     * @param path absolute path, not the root
     * @return false if there was no such node
     * @throws HypervisorException with INVALID_ARGUMENT if the path is malformed or the root
     */
    public boolean remove(String path) {
        boolean found = live.look(checked(path)) != null;
        if (found) {
            act(path, () -> operations.remove(StoreClient.TOOLSTACK, live, path));
        }
        return found;
    }

    /**
     * Lists what is directly below a node.
     *
     * @param path absolute path
     * @return names in order; empty if there is no such node
     * @throws HypervisorException with INVALID_ARGUMENT if the path is malformed
     */
    public List<String> directory(String path) {
        String names = new String(live.tree().children(checked(path)), StandardCharsets.ISO_8859_1);
        return names.isEmpty() ? List.of() : List.of(names.split("\0"));
    }

    /**
     * Sets the permissions of a node, or of {@code @introduceDomain} or {@code @releaseDomain}.
     *
     * @param path absolute path, or the name of a special event
     * @param permissions for each domain a letter of {@code n}, {@code r}, {@code w}, {@code b} and its number, the owner
     *     first, whose letter is for all that are not named
     * @throws HypervisorException with INVALID_ARGUMENT if the path or a permission is malformed or there is no such node
     */
    public void permit(String path, String... permissions) {
        if (permissions.length == 0) {
            throw invalid("a node without an owner", path);
        }
        String checked = StorePath.isSpecial(path) ? path : checked(path);
        act(path, () -> operations.setPermissions(StoreClient.TOOLSTACK, live, checked, Permissions.of(permissions)));
    }

    /** Says that another domain has come; the guest is told if it may know. */
    public void domainIntroduced() {
        fire(StorePath.INTRODUCED);
    }

    /** Says that another domain has gone; the guest is told if it may know. */
    public void domainReleased() {
        fire(StorePath.RELEASED);
    }

    private void fire(String special) {
        Node node = live.look(special);
        if (node != null && node.permissions().allow(new StoreClient(domain), Permissions.READ)) {
            live.changed(special, false);
        }
        tell();
    }

    /** Something that is done with the tree. */
    @FunctionalInterface
    private interface Action {
        void run() throws StoreRefusal;
    }

    private void act(String path, Action action) {
        try {
            action.run();
        } catch (StoreRefusal refusal) {
            throw invalid("xenstore answers " + refusal.error(), path);
        }
        tell();
    }

    private void tell() {
        requests.report();
        serve();
    }

    private String checked(String path) {
        if (!StorePath.isValid(path) || path.length() > StorePath.ABSOLUTE_CHARACTERS) {
            throw invalid("this is no path in xenstore", path);
        }
        return path;
    }

    private HypervisorException invalid(String problem, String path) {
        return new HypervisorException(
                ErrorId.INVALID_ARGUMENT,
                problem,
                String.format(Locale.ROOT, "xenstore of domain %d, '%s'", domain, path),
                "");
    }

    @Override
    public String stateName() {
        return "store";
    }

    /** The nodes become those that the toolstack writes. The page is left alone: see {@link #start()}. */
    @Override
    public void reset() {
        clear();
        try {
            Permissions toolstackOnly = Permissions.of("n0");
            for (String path : List.of(StorePath.ROOT, StorePath.INTRODUCED, StorePath.RELEASED)) {
                live.put(path, new Node(Node.EMPTY, toolstackOnly, live.nextGeneration()));
            }
        } catch (StoreRefusal impossible) {
            throw new IllegalStateException(impossible);
        }
        contents.write(this);
    }

    private void clear() {
        requests.forget();
        requests.lastTransaction(0);
        connection.clear();
        live.takeChanges();
        live.tree().clear();
        live.lastGeneration(0);
        introduced = false;
    }

    @Override
    public void save(StateWriter writer) {
        writer.flag("introduced", introduced);
        writer.word("generation", live.lastGeneration());
        TreeCodec.save(writer.section("tree"), live.tree(), null);
        connection.save(writer.section("connection"));
        List<Watch> watches = requests.watches();
        writer.word("watches", watches.size());
        for (int i = 0; i < watches.size(); i++) {
            StateWriter section = writer.section("watch." + i);
            section.text("path", watches.get(i).path());
            section.text("token", watches.get(i).token());
            section.flag("relative", !watches.get(i).home().isEmpty());
            section.word("depth", watches.get(i).depth());
        }
        writer.word("last-transaction", requests.lastTransaction());
        List<Transaction> transactions = requests.transactions();
        writer.word("transactions", transactions.size());
        for (int i = 0; i < transactions.size(); i++) {
            TreeCodec.save(writer.section("transaction." + i), transactions.get(i), live.tree());
        }
    }

    @Override
    public void restore(StateReader reader) {
        clear();
        introduced = reader.flag("introduced");
        live.lastGeneration(reader.word("generation", 1, Long.MAX_VALUE));
        TreeCodec.restore(reader.section("tree"), live.tree(), live.lastGeneration());
        TreeCodec.requireComplete(reader.section("tree"), live.tree());
        connection.restore(reader.section("connection"));
        int watches = reader.integer("watches", 0, quota.watches());
        String home = StorePath.prefix(StorePath.home(domain));
        for (int i = 0; i < watches; i++) {
            StateReader section = reader.section("watch." + i);
            String path = TreeCodec.path(section);
            boolean relative = section.flag("relative");
            if (relative && !path.startsWith(home)) {
                throw section.invalid("relative", "is 1 for " + path + ", which is not below " + home);
            }
            int depth = section.integer("depth", Watch.ANY_DEPTH, Integer.MAX_VALUE);
            requests.watches().add(new Watch(path, section.text("token"), relative ? home : "", depth));
        }
        requests.lastTransaction(reader.integer("last-transaction", 0, Integer.MAX_VALUE));
        int transactions = reader.integer("transactions", 0, quota.transactions());
        for (int i = 0; i < transactions; i++) {
            requests.transactions().add(TreeCodec.restore(reader.section("transaction." + i), live, quota));
        }
    }
}
