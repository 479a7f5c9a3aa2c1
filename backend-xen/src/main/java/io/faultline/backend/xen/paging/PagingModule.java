/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;

/**
 * Binds the parts of paging. Every binding may be overridden.
 *
 * <p>Bound elsewhere: the machine, {@link PageFrames}, {@link DomainCrash} and {@link CurrentVcpu}.
 */
public final class PagingModule extends AbstractModule {
    /** Makes the module. */
    public PagingModule() {}

    @Override
    protected void configure() {
        bind(EntryPlaces.class).to(StandardEntryPlaces.class);
        bind(Room.class).toInstance(Room.STANDARD);
        bind(AnswerRules.class).to(StandardAnswerRules.class);
        bind(PopulateRules.class).to(StandardPopulateRules.class);
        bind(PagedPages.class).in(Scopes.SINGLETON);
        bind(EventRing.class).in(Scopes.SINGLETON);
        bind(VcpuPauses.class).in(Scopes.SINGLETON);
        bind(PauseCounts.class).to(VcpuPauses.class);
        bind(Producers.class).in(Scopes.SINGLETON);
        bind(Accesses.class).in(Scopes.SINGLETON);
        bind(Answers.class).in(Scopes.SINGLETON);
        bind(StandardPageLife.class).in(Scopes.SINGLETON);
        bind(PageLife.class).to(StandardPageLife.class);
        bind(StandardReleasedPages.class).in(Scopes.SINGLETON);
        bind(ReleasedPages.class).to(StandardReleasedPages.class);
        bind(Paging.class).in(Scopes.SINGLETON);
    }
}
