/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.pagefault.FaultState.Account;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Counts what the engine does. Statistics: saved, but not part of what makes two machines equal. */
final class FaultLedger implements StateElement {
    /** What is counted apart from accounts and vetoes. */
    enum Tally {
        ANNOUNCED,
        WAKE_ALLS,
        DECLINED,
        PARKED,
        SYNCHRONOUS,
        REPEATED,
        PAGE_INS,
        FAILURES,
        DROPPED
    }

    private static final int VETO_LIMIT = 1000;

    private final long[] tallies = new long[Tally.values().length];
    private final long[] accounts = new long[Account.values().length];
    /** Arrays of one count, so that counting makes no box. */
    private final TreeMap<String, long[]> vetoes = new TreeMap<>();

    void count(Tally tally) {
        tallies[tally.ordinal()]++;
    }

    void count(Veto veto) {
        long[] count = vetoes.get(veto.name());
        if (count == null) {
            count = new long[1];
            vetoes.put(veto.name(), count);
        }
        count[0]++;
    }

    /** Moves one fault from the account of its old state to that of its new one. */
    void move(FaultState from, FaultState to) {
        add(from.account(), -1);
        add(to.account(), 1);
    }

    private void add(Account account, int amount) {
        if (account != Account.NONE) {
            accounts[account.ordinal()] += amount;
        }
    }

    long outstanding() {
        return accounts[Account.OUTSTANDING.ordinal()];
    }

    FaultCounters counters() {
        TreeMap<String, Long> byName = new TreeMap<>();
        vetoes.forEach((name, count) -> byName.put(name, count[0]));
        return new FaultCounters(
                tally(Tally.ANNOUNCED),
                accounts[Account.READY.ordinal()],
                tally(Tally.WAKE_ALLS),
                accounts[Account.COVERED.ordinal()],
                accounts[Account.CANCELLED.ordinal()],
                outstanding(),
                tally(Tally.DECLINED),
                tally(Tally.PARKED),
                tally(Tally.SYNCHRONOUS),
                tally(Tally.REPEATED),
                tally(Tally.PAGE_INS),
                tally(Tally.FAILURES),
                tally(Tally.DROPPED),
                byName);
    }

    private long tally(Tally tally) {
        return tallies[tally.ordinal()];
    }

    @Override
    public String stateName() {
        return "counters";
    }

    @Override
    public boolean isComparable() {
        return false;
    }

    @Override
    public void reset() {
        Arrays.fill(tallies, 0);
        Arrays.fill(accounts, 0);
        vetoes.clear();
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("tallies", tallies);
        writer.words("accounts", accounts);
        writer.word("vetoes", vetoes.size());
        int i = 0;
        for (Map.Entry<String, long[]> entry : vetoes.entrySet()) {
            writer.text("veto." + i, entry.getKey());
            writer.word("count." + i, entry.getValue()[0]);
            i++;
        }
    }

    @Override
    public void restore(StateReader reader) {
        long[] savedTallies = reader.words("tallies", tallies.length);
        long[] savedAccounts = reader.words("accounts", accounts.length);
        System.arraycopy(savedTallies, 0, tallies, 0, tallies.length);
        System.arraycopy(savedAccounts, 0, accounts, 0, accounts.length);
        vetoes.clear();
        int count = reader.integer("vetoes", 0, VETO_LIMIT);
        for (int i = 0; i < count; i++) {
            vetoes.put(reader.text("veto." + i), new long[] {reader.word("count." + i, 1, Long.MAX_VALUE)});
        }
        if (!counters().isBalanced()) {
            throw reader.invalid("accounts", "do not add up to the number of announced faults");
        }
    }
}
