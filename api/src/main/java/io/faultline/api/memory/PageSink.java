/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.memory;

/**
 * Takes the answers of a {@link PageSource}. Valid only during the call that it was passed to.
 *
 * <p>Answers for pages that are not absent or being fetched, or that are not memory, are dropped and counted; they are
 * not errors, since a source may answer twice.
 *
 * @since 0.1
 */
public interface PageSink {
    /**
     * Delivers a page.
     *
     * @param page address of the page
     * @param content exactly 4096 bytes; copied
     * @throws IllegalArgumentException if the content is not 4096 bytes long
     */
    void arrived(long page, byte[] content);

    /**
     * Says that the page could not be brought in this time. The guest's access is tried again and may ask again.
     *
     * @param page address of the page
     * @param reason one clause for people
     */
    void failed(long page, String reason);

    /**
     * Says that the data is lost. An access to the page gives the guest an external abort (APF-094).
     *
     * @param page address of the page
     */
    void poisoned(long page);
}
