/**
 * Documents on paper (版式文件): a prescription, a report, a consent or any other document as PDF or
 * OFD, A4, with Chinese fonts embedded, its signatures, a code that leads to their verification,
 * and a signature of the institution or the platform over the file itself. Sources: ISO 32000-1
 * (PDF), RFC 5652, GB/T 33190-2016 (OFD), GB/T 35275-2017; docs/adr/0042.
 */
@ApplicationModule(
    displayName = "版式文件",
    allowedDependencies = {
      "foundation.rest",
      "foundation.store",
      "foundation.trust.consent",
      "foundation.trust.crypto",
      "foundation.trust.signature"
    })
@NullMarked
package health.helan.foundation.trust.print;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
