/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.XenMutant.part;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Scopes;
import io.faultline.backend.xen.paging.AnswerRules;
import io.faultline.backend.xen.paging.EntryPlaces;
import io.faultline.backend.xen.paging.PageFrames;
import io.faultline.backend.xen.paging.PageLife;
import io.faultline.backend.xen.paging.PageType;
import io.faultline.backend.xen.paging.PagedPages;
import io.faultline.backend.xen.paging.Paging;
import io.faultline.backend.xen.paging.PauseCounts;
import io.faultline.backend.xen.paging.PopulateRules;
import io.faultline.backend.xen.paging.ReleasedPages;
import io.faultline.backend.xen.paging.Room;
import io.faultline.backend.xen.paging.StandardPageLife;
import io.faultline.backend.xen.paging.StandardReleasedPages;
import io.faultline.backend.xen.paging.VcpuPauses;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Bugs in the ring of a pager and in the life of the pages that it takes. */
final class XenPagingMutants {
    private static final int VERSION = 7;
    private static final int EVICT_FAIL = 2;

    static final List<Mutant> ALL = List.of(
            places("entries-are-smaller", "XEN-185", "entry of request 1", index -> 0x40 + (index & 7) * 392),
            places("four-entries-are-used", "XEN-185", "entry of request 4", index -> 0x40 + (index & 3) * 400),
            places("entries-never-wrap", "XEN-185", "entry of request 8", index -> 0x40 + Math.min(index, 7) * 400),
            answers("any-version-is-read", "after an answer with version 6", new Answers() {
                @Override
                public boolean isGood(int version, int vcpu, int vcpus) {
                    return super.isGood(VERSION, vcpu, vcpus);
                }
            }),
            counted(
                    "vcpu-numbers-wrap",
                    "XEN-186",
                    "after an answer with version 7 for vCPU 2",
                    new Answers() {
                        @Override
                        public boolean isGood(int version, int vcpu, int vcpus) {
                            return super.isGood(version, Math.floorMod(vcpu, vcpus), vcpus);
                        }
                    },
                    new Bug() {
                        @Override
                        public int index(int vcpu) {
                            return Math.floorMod(vcpu, 2);
                        }
                    }),
            answers(
                    "an-answer-for-a-running-vcpu-counts",
                    "the page is not there after an answer with version 7 for vCPU 1",
                    new Answers() {
                        @Override
                        public boolean hasEffect(int pauses) {
                            return true;
                        }
                    }),
            pauses("one-answer-ends-every-pause", "after 1 of", new Bug() {
                @Override
                public int unpaused(int count) {
                    return 0;
                }
            }),
            pauses("a-pause-is-a-flag", "events that pause the vCPU", new Bug() {
                @Override
                public int paused(int count) {
                    return 1;
                }
            }),
            counted(
                    "extra-answers-are-remembered",
                    "XEN-187",
                    "requests of one load after two extra answers",
                    new Answers() {
                        @Override
                        public boolean hasEffect(int pauses) {
                            return true;
                        }
                    },
                    new Bug() {
                        @Override
                        public int unpaused(int count) {
                            return count - 1;
                        }
                    }),
            part(
                    "a-full-ring-is-overwritten-by-the-guest",
                    "XEN-188",
                    "a full ring is as it was",
                    Room.class,
                    parts -> (available, guest) -> available > 0 || guest),
            part(
                    "a-full-ring-is-overwritten-by-others",
                    "XEN-188",
                    "from outside with a full ring",
                    Room.class,
                    parts -> (available, guest) -> available > 0 || !guest),
            life(
                    "a-shared-page-is-nominated",
                    "XEN-189",
                    "nominate of the page with vcpu_info",
                    right -> new Life(right) {
                        @Override
                        public int nominate(long gfn) {
                            int result = super.nominate(gfn);
                            return result == -16 ? 0 : result;
                        }
                    }),
            life("any-page-is-evicted", "XEN-189", "evict before nominate", right -> new Life(right) {
                @Override
                public int evict(long gfn) {
                    super.nominate(gfn);
                    return super.evict(gfn);
                }
            }),
            life("a-present-page-is-prepared", "XEN-189", "prep of a present page", right -> new Life(right) {
                @Override
                public int prepare(long gfn, byte @Nullable [] content) {
                    int result = super.prepare(gfn, content);
                    return result == -2 ? 0 : result;
                }
            }),
            life("no-buffer-is-a-page-of-zeros", "XEN-189", "without a buffer", right -> new Life(right) {
                @Override
                public int prepare(long gfn, byte @Nullable [] content) {
                    return super.prepare(gfn, content == null ? new byte[4096] : content);
                }
            }),
            rules("evict-fail-is-not-told", "XEN-190", "a load between nominate and evict", new Rules() {
                @Override
                public int flags(PageType type) {
                    return 0;
                }
            }),
            part("a-touched-page-is-evicted", "XEN-190", "result of evict after a load", PageLife.class, parts -> {
                PagedPages pages = parts.getInstance(PagedPages.class);
                return new Life(parts.getInstance(StandardPageLife.class)) {
                    @Override
                    public int evict(long gfn) {
                        if (pages.type(gfn) != PageType.PAGING_IN) {
                            return super.evict(gfn);
                        }
                        pages.put(gfn, PageType.PAGED, null);
                        return 0;
                    }
                };
            }),
            rules("only-the-first-vcpu-asks", "XEN-191", "requests of two vCPUs", new Rules() {
                @Override
                public boolean isAsked(PageType type, boolean guest) {
                    return type != PageType.PAGING_IN;
                }
            }),
            part("the-answer-brings-the-page-in", "XEN-192", "the page is there after prep", PageLife.class, parts -> {
                PagedPages pages = parts.getInstance(PagedPages.class);
                PageFrames frames = parts.getInstance(PageFrames.class);
                return new Life(parts.getInstance(StandardPageLife.class)) {
                    @Override
                    public int prepare(long gfn, byte @Nullable [] content) {
                        int result = super.prepare(gfn, content);
                        if (result == 0 && content != null) {
                            pages.put(gfn, PageType.PAGING_IN, frames.take(pages.address(gfn)));
                        }
                        return result;
                    }
                };
            }),
            part("prepare-unpauses", "XEN-192", "vCPU 0 after prep", PageLife.class, parts -> {
                PauseCounts pauses = parts.getInstance(VcpuPauses.class);
                return new Life(parts.getInstance(StandardPageLife.class)) {
                    @Override
                    public int prepare(long gfn, byte @Nullable [] content) {
                        pauses.unpause(0);
                        return super.prepare(gfn, content);
                    }
                };
            }),
            released("a-drop-is-not-told", "requests after page 0 was released", (parts, gfn) -> {
                PagedPages pages = parts.getInstance(PagedPages.class);
                if (pages.type(gfn) != null) {
                    parts.getInstance(PageFrames.class).release(pages.address(gfn), new byte[4096]);
                    pages.forget(gfn);
                }
            }),
            released("a-released-page-is-asked-for", "requests after page 0 was released", (parts, gfn) -> {
                PagedPages pages = parts.getInstance(PagedPages.class);
                if (pages.type(gfn) != null) {
                    parts.getInstance(Paging.class).populate(gfn);
                }
            }),
            released("a-released-page-may-come-back", "prep of a page that was released", (parts, gfn) -> {
                PagedPages pages = parts.getInstance(PagedPages.class);
                boolean away = pages.type(gfn) != null;
                parts.getInstance(StandardReleasedPages.class).released(gfn);
                if (away) {
                    pages.put(gfn, PageType.PAGED, null);
                }
            }));

    private XenPagingMutants() {}

    private static Mutant places(String id, String rule, String words, EntryPlaces bug) {
        return part(id, rule, words, EntryPlaces.class, parts -> bug);
    }

    /** Answers are judged as they should be. */
    private static class Answers implements AnswerRules {
        @Override
        public boolean isGood(int version, int vcpu, int vcpus) {
            return version == VERSION && vcpu >= 0 && vcpu < vcpus;
        }

        @Override
        public boolean hasEffect(int pauses) {
            return pauses > 0;
        }
    }

    private static Mutant answers(String id, String words, AnswerRules bug) {
        return part(id, "XEN-186", words, AnswerRules.class, parts -> bug);
    }

    /** What an event and an answer make of a count. */
    private interface Bug {
        default int index(int vcpu) {
            return vcpu;
        }

        default int paused(int count) {
            return count + 1;
        }

        default int unpaused(int count) {
            return Math.max(0, count - 1);
        }
    }

    private static Mutant pauses(String id, String words, Bug bug) {
        return counted(id, "XEN-187", words, new Answers(), bug);
    }

    /** Counting with a bug, which the judge of answers does not hide. */
    private static Mutant counted(String id, String rule, String words, AnswerRules rules, Bug bug) {
        return XenMutant.module(id, rule, words, new AbstractModule() {
            @Override
            protected void configure() {
                bind(AnswerRules.class).toInstance(rules);
                bind(PauseCounts.class).toProvider(() -> new Counts(bug)).in(Scopes.SINGLETON);
            }
        });
    }

    /** Counters of one machine. */
    private static final class Counts implements PauseCounts {
        private final int[] counts = new int[8];
        private final Bug bug;

        Counts(Bug bug) {
            this.bug = bug;
        }

        @Override
        public int count(int vcpu) {
            return counts[bug.index(vcpu)];
        }

        @Override
        public void pause(int vcpu) {
            counts[bug.index(vcpu)] = bug.paused(count(vcpu));
        }

        @Override
        public void unpause(int vcpu) {
            counts[bug.index(vcpu)] = bug.unpaused(count(vcpu));
        }
    }

    /** The steps as they should be. */
    private static class Life implements PageLife {
        private final PageLife right;

        Life(PageLife right) {
            this.right = right;
        }

        @Override
        public int nominate(long gfn) {
            return right.nominate(gfn);
        }

        @Override
        public int evict(long gfn) {
            return right.evict(gfn);
        }

        @Override
        public int prepare(long gfn, byte @Nullable [] content) {
            return right.prepare(gfn, content);
        }
    }

    private static Mutant life(String id, String rule, String words, Function<PageLife, PageLife> bug) {
        return part(id, rule, words, PageLife.class, parts -> bug.apply(parts.getInstance(StandardPageLife.class)));
    }

    /** Populating as it should be. */
    private static class Rules implements PopulateRules {
        @Override
        public boolean isAsked(PageType type, boolean guest) {
            return guest || type != PageType.PAGING_IN;
        }

        @Override
        public int flags(PageType type) {
            return type == PageType.PAGING_OUT ? EVICT_FAIL : 0;
        }
    }

    private static Mutant rules(String id, String rule, String words, PopulateRules bug) {
        return part(id, rule, words, PopulateRules.class, parts -> bug);
    }

    /** What is done instead of dropping. */
    @FunctionalInterface
    private interface Release {
        void of(Injector parts, long gfn);
    }

    private static Mutant released(String id, String words, Release bug) {
        return part(id, "XEN-193", words, ReleasedPages.class, parts -> gfn -> bug.of(parts, gfn));
    }
}
