/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Answers the requests of the guest: the protocol above the ring, with its watches and transactions. */
final class Requests {
    private static final String OK = "OK\0";
    private static final int MOST_DOMAINS = 0x10000;

    private final LiveView live;
    private final Operations operations;
    private final Quota quota;
    private final StoreClient guest;
    private final IntPredicate introduced;
    private final Outbox outbox;
    private final @Nullable Answer[] answers = new Answer[MessageType.DIRECTORY_PART + 1];
    private final List<Watch> watches = new ArrayList<>();
    private final List<Transaction> transactions = new ArrayList<>();
    private int lastTransaction;

    /** How one type of request is answered. */
    @FunctionalInterface
    private interface Answer {
        Message to(Message request) throws StoreRefusal;
    }

    Requests(
            LiveView live,
            Operations operations,
            Quota quota,
            StoreClient guest,
            IntPredicate introduced,
            Outbox outbox) {
        this.live = live;
        this.operations = operations;
        this.quota = quota;
        this.guest = guest;
        this.introduced = introduced;
        this.outbox = outbox;
        Answer privileged = request -> {
            throw new StoreRefusal(StoreError.EACCES);
        };
        answers[MessageType.CONTROL] = privileged;
        answers[MessageType.INTRODUCE] = privileged;
        answers[MessageType.RELEASE] = privileged;
        answers[MessageType.RESUME] = privileged;
        answers[MessageType.SET_TARGET] = privileged;
        answers[MessageType.DIRECTORY] = this::directory;
        answers[MessageType.DIRECTORY_PART] = this::directoryPart;
        answers[MessageType.READ] = this::read;
        answers[MessageType.WRITE] = this::write;
        answers[MessageType.MKDIR] = this::make;
        answers[MessageType.RM] = this::remove;
        answers[MessageType.GET_PERMS] = this::permissions;
        answers[MessageType.SET_PERMS] = this::setPermissions;
        answers[MessageType.WATCH] = this::watch;
        answers[MessageType.UNWATCH] = this::unwatch;
        answers[MessageType.RESET_WATCHES] = this::resetWatches;
        answers[MessageType.TRANSACTION_START] = this::begin;
        answers[MessageType.TRANSACTION_END] = this::end;
        answers[MessageType.GET_DOMAIN_PATH] = request -> request.answer(StorePath.home(domain(request)) + '\0');
        answers[MessageType.IS_DOMAIN_INTRODUCED] =
                request -> request.answer(introduced.test(domain(request)) ? "T\0" : "F\0");
    }

    List<Watch> watches() {
        return watches;
    }

    List<Transaction> transactions() {
        return transactions;
    }

    int lastTransaction() {
        return lastTransaction;
    }

    void lastTransaction(int number) {
        lastTransaction = number;
    }

    /** Ends all watches and transactions. */
    void forget() {
        watches.clear();
        transactions.clear();
    }

    /** Answers, and then reports what was changed. */
    void handle(Message request) {
        int type = request.type();
        Answer answer = type >= 0 && type < answers.length ? answers[type] : null;
        int before = watches.size();
        try {
            if (answer == null) {
                throw new StoreRefusal(StoreError.ENOSYS);
            }
            Message message = answer.to(request);
            if (message.payload().length > Message.PAYLOAD_BYTES) {
                throw new StoreRefusal(StoreError.E2BIG);
            }
            outbox.send(message);
        } catch (StoreRefusal refusal) {
            outbox.send(request.error(refusal.error()));
        }
        if (type == MessageType.WATCH && watches.size() > before) {
            // A watch fires once when it is set, so that the guest need not read first.
            Watch added = watches.get(before);
            fire(added, added.path());
        }
        report();
    }

    /** Tells the guest of the changes since the last time. */
    void report() {
        for (Change change : live.takeChanges()) {
            for (int i = 0; i < watches.size(); i++) {
                if (watches.get(i).matches(change)) {
                    fire(watches.get(i), change.path());
                }
            }
        }
    }

    private void fire(Watch watch, String path) {
        Message event = Message.event(watch.event(path));
        // There is no way to say it in pieces.
        if (event.payload().length <= Message.PAYLOAD_BYTES) {
            outbox.send(event);
        }
    }

    private View view(Message request) throws StoreRefusal {
        return request.transaction() == 0 ? live : transaction(request);
    }

    private Transaction transaction(Message request) throws StoreRefusal {
        for (Transaction transaction : transactions) {
            if (transaction.number() == request.transaction()) {
                return transaction;
            }
        }
        throw new StoreRefusal(StoreError.ENOENT);
    }

    private String path(String given) throws StoreRefusal {
        return StorePath.absolute(given, guest);
    }

    private Message directory(Message request) throws StoreRefusal {
        View view = view(request);
        String path = path(request.text());
        operations.find(guest, view, path, Permissions.READ);
        return request.answer(request.type(), view.tree().children(path));
    }

    /**
     * A part of a list that does not fit one message: the generation of the node, by which the guest sees that the list was
     * changed between two parts, then names from an offset on, and an empty name after the last one.
     */
    private Message directoryPart(Message request) throws StoreRefusal {
        View view = view(request);
        List<String> texts = request.texts();
        int offset = texts.size() == 2 ? Decimals.parse(texts.get(1)) : -1;
        if (offset < 0) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        String path = path(texts.get(0));
        Node node = operations.find(guest, view, path, Permissions.READ);
        byte[] names = view.tree().children(path);
        byte[] generation = (node.generation() + "\0").getBytes(StandardCharsets.ISO_8859_1);
        int begin = Math.min(offset, names.length);
        int end = Math.min(names.length, begin + Message.PAYLOAD_BYTES - 1 - generation.length);
        while (end < names.length && end > begin && names[end - 1] != 0) {
            end--;
        }
        int last = end == names.length ? 1 : 0;
        byte[] part = Arrays.copyOf(generation, generation.length + end - begin + last);
        System.arraycopy(names, begin, part, generation.length, end - begin);
        return request.answer(request.type(), part);
    }

    private Message read(Message request) throws StoreRefusal {
        View view = view(request);
        Node node = operations.find(guest, view, path(request.text()), Permissions.READ);
        return request.answer(request.type(), node.value());
    }

    private Message write(Message request) throws StoreRefusal {
        View view = view(request);
        int offset = request.valueOffset();
        byte[] payload = request.payload();
        String path = path(new String(payload, 0, offset - 1, StandardCharsets.ISO_8859_1));
        operations.write(guest, view, path, Arrays.copyOfRange(payload, offset, payload.length));
        return request.answer(OK);
    }

    private Message make(Message request) throws StoreRefusal {
        View view = view(request);
        operations.make(guest, view, path(request.text()));
        return request.answer(OK);
    }

    private Message remove(Message request) throws StoreRefusal {
        View view = view(request);
        operations.remove(guest, view, path(request.text()));
        return request.answer(OK);
    }

    private Message permissions(Message request) throws StoreRefusal {
        View view = view(request);
        String path = StorePath.absoluteOrSpecial(request.text(), guest);
        Node node = operations.find(guest, view, path, Permissions.READ);
        return request.answer(node.permissions().text());
    }

    private Message setPermissions(Message request) throws StoreRefusal {
        View view = view(request);
        List<String> texts = request.texts();
        if (texts.size() < 2) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        String path = StorePath.absoluteOrSpecial(texts.get(0), guest);
        Permissions wanted = Permissions.of(texts.subList(1, texts.size()).toArray(new String[0]));
        operations.setPermissions(guest, view, path, wanted);
        return request.answer(OK);
    }

    private Message watch(Message request) throws StoreRefusal {
        List<String> texts = request.texts();
        boolean limited = texts.size() == 3;
        int depth = limited ? Decimals.parse(texts.get(2)) : Watch.ANY_DEPTH;
        if (texts.size() != 2 && !limited || limited && depth < 0) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        String given = texts.get(0);
        String path = StorePath.absoluteOrSpecial(given, guest);
        if (indexOf(path, texts.get(1)) >= 0) {
            throw new StoreRefusal(StoreError.EEXIST);
        }
        if (watches.size() >= quota.watches()) {
            throw new StoreRefusal(StoreError.E2BIG);
        }
        watches.add(new Watch(path, texts.get(1), path.substring(0, path.length() - given.length()), depth));
        return request.answer(OK);
    }

    private Message unwatch(Message request) throws StoreRefusal {
        List<String> texts = request.texts();
        if (texts.size() != 2) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        int index = indexOf(StorePath.absoluteOrSpecial(texts.get(0), guest), texts.get(1));
        if (index < 0) {
            throw new StoreRefusal(StoreError.ENOENT);
        }
        watches.remove(index);
        return request.answer(OK);
    }

    private int indexOf(String path, String token) {
        for (int i = 0; i < watches.size(); i++) {
            if (watches.get(i).path().equals(path) && watches.get(i).token().equals(token)) {
                return i;
            }
        }
        return -1;
    }

    private Message resetWatches(Message request) {
        forget();
        return request.answer(OK);
    }

    private Message begin(Message request) throws StoreRefusal {
        if (request.transaction() != 0) {
            transaction(request);
            throw new StoreRefusal(StoreError.EBUSY);
        }
        if (transactions.size() >= quota.transactions()) {
            throw new StoreRefusal(StoreError.ENOSPC);
        }
        do {
            lastTransaction = Math.max(1, lastTransaction + 1);
        } while (isOpen(lastTransaction));
        transactions.add(new Transaction(lastTransaction, live, quota));
        return request.answer(lastTransaction + "\0");
    }

    private boolean isOpen(int number) {
        for (Transaction transaction : transactions) {
            if (transaction.number() == number) {
                return true;
            }
        }
        return false;
    }

    private Message end(Message request) throws StoreRefusal {
        Transaction transaction = request.transaction() == 0 ? null : transaction(request);
        String answer = request.text();
        boolean commit = answer.equals("T");
        if (!commit && !answer.equals("F")) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        if (transaction == null) {
            throw new StoreRefusal(StoreError.ENOENT);
        }
        // It is over in any case: after EAGAIN the guest begins another one.
        transactions.remove(transaction);
        if (commit) {
            transaction.commit(guest);
        }
        return request.answer(OK);
    }

    private static int domain(Message request) throws StoreRefusal {
        int domain = Decimals.parse(request.text());
        if (domain < 0 || domain >= MOST_DOMAINS) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        return domain;
    }
}
