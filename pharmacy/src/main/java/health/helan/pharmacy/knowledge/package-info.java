/**
 * What is known of drugs: names, strengths, doses, interactions and contraindications, as data that
 * a region loads and replaces. The shipped base is a demonstration, from general knowledge and
 * unverified, and says so wherever it speaks. Nothing here judges a prescription: {@code
 * pharmacy.review} does. Format and loading: {@code docs/guide/prescription-review.md}.
 */
@ApplicationModule(
    displayName = "用药知识库",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.store",
      "foundation.terminology",
      "foundation.trust.account"
    })
@NullMarked
package health.helan.pharmacy.knowledge;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
