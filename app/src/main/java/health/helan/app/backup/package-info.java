/**
 * {@code helan backup} and {@code helan restore}: everything that a region must not lose, in one
 * encrypted file a time, taken while the platform runs, in increments that follow the change log;
 * and back onto an empty machine. The database is read in one snapshot through COPY, since the
 * embedded PostgreSQL brings no programs for it; how each table is kept stands in {@code
 * db/backup-rules.properties} of the module that owns it. See docs/guide/backup.md and
 * docs/adr/0038.
 */
@ApplicationModule(
    displayName = "备份与恢复",
    allowedDependencies = {"app.start", "app.database", "foundation.store"})
@NullMarked
package health.helan.app.backup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
