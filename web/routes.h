#ifndef IMAGO_WEB_ROUTES_H_
#define IMAGO_WEB_ROUTES_H_

// The routes of the service, by subject. The engine outlives the router.

#include "query/engine.h"
#include "web/router.h"

namespace imago {

void AddPageRoutes(Router& router);
void AddCollectionRoutes(Router& router, Engine& engine);
void AddAssetRoutes(Router& router, Engine& engine);
void AddBatchRoutes(Router& router, Engine& engine);
void AddSearchRoutes(Router& router, Engine& engine);
void AddClassifyRoutes(Router& router, Engine& engine);
void AddEventRoutes(Router& router, Engine& engine);
void AddImportRoutes(Router& router, Engine& engine);

}  // namespace imago

#endif  // IMAGO_WEB_ROUTES_H_
