/**
 * The PostgreSQL under the store: one that comes with the platform and lives in the data folder, or
 * one of the operator's own. Both are held to the same demands, see {@link
 * health.helan.app.database.DatabaseDemands}.
 */
@ApplicationModule(
    displayName = "数据库",
    allowedDependencies = {"app.start", "foundation.store"})
@NullMarked
package health.helan.app.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
