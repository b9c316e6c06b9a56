package health.helan.foundation.onboarding.kit;

import java.util.function.Function;

/**
 * A file of the kit.
 *
 * @param mediaType as it is answered
 * @param content by the base of the API ({@code https://…/fhir})
 */
public record KitFile(String name, String mediaType, Function<String, byte[]> content) {}
