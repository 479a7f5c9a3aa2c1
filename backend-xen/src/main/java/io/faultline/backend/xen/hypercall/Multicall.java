/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

/**
 * Hypercall 13: a list of calls, in order. A call that fails does not end the list; a list in the list is refused
 * (XEN-017).
 *
 * <p>A list that is too long, or a call of it that is, is continued: the arguments then name what is left.
 */
final class Multicall implements Hypercall {
    private final HypercallTable table;

    Multicall(HypercallTable table) {
        this.table = table;
    }

    @Override
    public long call(Caller caller) {
        if (!(caller instanceof StandardCaller outer)) {
            return -XenError.EINVAL;
        }
        MulticallEntry entry = outer.entry();
        long at = outer.argument(0);
        for (int left = outer.word(1); left != 0; left--) {
            if (outer.hasWorkedEnough()) {
                return rest(outer, at, left);
            }
            if (!entry.load(at)) {
                // What has been done stays done, also if it is only that the next entry has to come first.
                return outer.lacksPage() ? rest(outer, at, left) : -XenError.EFAULT;
            }
            long result = table.get(entry.number()).call(entry);
            if (entry.isContinued()) {
                return entry.storeRest(at) ? rest(outer, at, left) : -XenError.EFAULT;
            }
            if (outer.lacksPage()) {
                // This one is made again.
                return rest(outer, at, left);
            }
            if (!entry.storeResult(at, result)) {
                return -XenError.EFAULT;
            }
            at += MulticallEntry.BYTES;
        }
        return 0;
    }

    private static long rest(Caller caller, long at, int left) {
        caller.argument(0, at);
        caller.argument(1, left);
        return caller.continueLater();
    }
}
