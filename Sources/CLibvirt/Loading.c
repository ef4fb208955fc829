/* libvirt and the libraries that it brings are loaded when a configuration first names the driver:
   linked, they would cost each start of the program a third of its memory and most of its time. So
   this file defines the functions that are called, each handing on to the loaded one.

   Hidden: libvirt, which calls some of them itself, must go on finding its own. */

#pragma GCC visibility push(hidden)
#include "CLibvirt.h"
#pragma GCC visibility pop

#include <dlfcn.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *library;

/* Tried again at each call until it is there: it may be installed meanwhile. */
static void *loaded(void)
{
  pthread_mutex_lock(&lock);
#ifdef __APPLE__
  if (library == NULL) library = dlopen("libvirt.0.dylib", RTLD_NOW | RTLD_LOCAL);
#else
  if (library == NULL) library = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
#endif
  void *found = library;
  pthread_mutex_unlock(&lock);
  return found;
}

const char *clibvirt_load(void)
{
  if (loaded() != NULL) return NULL;
  const char *reason = dlerror();
  return reason != NULL ? reason : "nobody knows why";
}

static void *find(const char *name)
{
  void *handle = loaded();
  return handle != NULL ? dlsym(handle, name) : NULL;
}

/* One that an older libvirt does not have fails as one that was never loaded. */
#define CALL(type, failure, name, parameters, arguments)                                           \
  type name parameters                                                                             \
  {                                                                                                \
    type(*function) parameters = (type(*) parameters)find(#name);                                  \
    return function != NULL ? function arguments : failure;                                        \
  }
#define RUN(name, parameters, arguments)                                                           \
  void name parameters                                                                             \
  {                                                                                                \
    void(*function) parameters = (void(*) parameters)find(#name);                                  \
    if (function != NULL) function arguments;                                                      \
  }

CALL(int, -1, virConnectClose, (virConnectPtr conn), (conn))
CALL(int, -1, virConnectDomainEventRegisterAny, (virConnectPtr conn, virDomainPtr dom, int
  eventID, virConnectDomainEventGenericCallback cb, void *opaque, virFreeCallback freecb), (conn,
  dom, eventID, cb, opaque, freecb))
CALL(char *, NULL, virConnectGetCapabilities, (virConnectPtr conn), (conn))
CALL(const char *, NULL, virConnectGetType, (virConnectPtr conn), (conn))
CALL(int, -1, virConnectIsAlive, (virConnectPtr conn), (conn))
CALL(int, -1, virConnectListAllDomains, (virConnectPtr conn, virDomainPtr **domains, unsigned int
  flags), (conn, domains, flags))
CALL(virConnectPtr, NULL, virConnectOpenAuth, (const char *name, virConnectAuthPtr auth, unsigned
  int flags), (name, auth, flags))
CALL(int, -1, virConnectSetKeepAlive, (virConnectPtr conn, int interval, unsigned int count),
  (conn, interval, count))
CALL(int, -1, virDomainCreate, (virDomainPtr domain), (domain))
CALL(virDomainPtr, NULL, virDomainDefineXMLFlags, (virConnectPtr conn, const char *xml, unsigned
  int flags), (conn, xml, flags))
CALL(int, -1, virDomainDestroy, (virDomainPtr domain), (domain))
CALL(int, -1, virDomainFree, (virDomainPtr domain), (domain))
CALL(int, -1, virDomainGetGuestInfo, (virDomainPtr domain, unsigned int types,
  virTypedParameterPtr *params, int *nparams, unsigned int flags), (domain, types, params,
  nparams, flags))
CALL(char *, NULL, virDomainGetMetadata, (virDomainPtr domain, int type, const char *uri, unsigned
  int flags), (domain, type, uri, flags))
CALL(const char *, NULL, virDomainGetName, (virDomainPtr domain), (domain))
CALL(int, -1, virDomainGetState, (virDomainPtr domain, int *state, int *reason, unsigned int
  flags), (domain, state, reason, flags))
CALL(int, -1, virDomainGetUUIDString, (virDomainPtr domain, char *buf), (domain, buf))
CALL(char *, NULL, virDomainGetXMLDesc, (virDomainPtr domain, unsigned int flags), (domain, flags))
CALL(int, -1, virDomainHasManagedSaveImage, (virDomainPtr dom, unsigned int flags), (dom, flags))
CALL(int, -1, virDomainInterfaceAddresses, (virDomainPtr dom, virDomainInterfacePtr **ifaces,
  unsigned int source, unsigned int flags), (dom, ifaces, source, flags))
RUN(virDomainInterfaceFree, (virDomainInterfacePtr iface), (iface))
CALL(int, -1, virDomainInterfaceStats, (virDomainPtr dom, const char *device,
  virDomainInterfaceStatsPtr stats, size_t size), (dom, device, stats, size))
CALL(virDomainPtr, NULL, virDomainLookupByName, (virConnectPtr conn, const char *name), (conn,
  name))
CALL(virDomainPtr, NULL, virDomainLookupByUUIDString, (virConnectPtr conn, const char *uuid),
  (conn, uuid))
CALL(int, -1, virDomainManagedSave, (virDomainPtr dom, unsigned int flags), (dom, flags))
CALL(char *, NULL, virDomainManagedSaveGetXMLDesc, (virDomainPtr domain, unsigned int flags),
  (domain, flags))
CALL(int, -1, virDomainManagedSaveRemove, (virDomainPtr dom, unsigned int flags), (dom, flags))
CALL(int, -1, virDomainPMWakeup, (virDomainPtr domain, unsigned int flags), (domain, flags))
CALL(int, -1, virDomainResume, (virDomainPtr domain), (domain))
CALL(int, -1, virDomainShutdown, (virDomainPtr domain), (domain))
CALL(int, -1, virDomainSuspend, (virDomainPtr domain), (domain))
CALL(int, -1, virDomainUndefineFlags, (virDomainPtr domain, unsigned int flags), (domain, flags))
CALL(int, -1, virEventRegisterDefaultImpl, (void), ())
CALL(int, -1, virEventRunDefaultImpl, (void), ())
CALL(virErrorPtr, NULL, virGetLastError, (void), ())
CALL(int, -1, virInitialize, (void), ())
RUN(virNetworkDHCPLeaseFree, (virNetworkDHCPLeasePtr lease), (lease))
CALL(int, -1, virNetworkFree, (virNetworkPtr network), (network))
CALL(int, -1, virNetworkGetDHCPLeases, (virNetworkPtr network, const char *mac,
  virNetworkDHCPLeasePtr **leases, unsigned int flags), (network, mac, leases, flags))
CALL(int, -1, virNetworkIsActive, (virNetworkPtr net), (net))
CALL(virNetworkPtr, NULL, virNetworkLookupByName, (virConnectPtr conn, const char *name), (conn,
  name))
RUN(virSetErrorFunc, (void *userData, virErrorFunc handler), (userData, handler))
CALL(int, -1, virStoragePoolFree, (virStoragePoolPtr pool), (pool))
CALL(int, -1, virStoragePoolIsActive, (virStoragePoolPtr pool), (pool))
CALL(int, -1, virStoragePoolListAllVolumes, (virStoragePoolPtr pool, virStorageVolPtr **vols,
  unsigned int flags), (pool, vols, flags))
CALL(int, -1, virStoragePoolListVolumes, (virStoragePoolPtr pool, char **const names, int
  maxnames), (pool, names, maxnames))
CALL(virStoragePoolPtr, NULL, virStoragePoolLookupByName, (virConnectPtr conn, const char *name),
  (conn, name))
CALL(int, -1, virStoragePoolRefresh, (virStoragePoolPtr pool, unsigned int flags), (pool, flags))
CALL(virStorageVolPtr, NULL, virStorageVolCreateXML, (virStoragePoolPtr pool, const char *xmldesc,
  unsigned int flags), (pool, xmldesc, flags))
CALL(virStorageVolPtr, NULL, virStorageVolCreateXMLFrom, (virStoragePoolPtr pool, const char
  *xmldesc, virStorageVolPtr clonevol, unsigned int flags), (pool, xmldesc, clonevol, flags))
CALL(int, -1, virStorageVolDelete, (virStorageVolPtr vol, unsigned int flags), (vol, flags))
CALL(int, -1, virStorageVolFree, (virStorageVolPtr vol), (vol))
CALL(int, -1, virStorageVolGetInfo, (virStorageVolPtr vol, virStorageVolInfoPtr info), (vol, info))
CALL(const char *, NULL, virStorageVolGetName, (virStorageVolPtr vol), (vol))
CALL(char *, NULL, virStorageVolGetPath, (virStorageVolPtr vol), (vol))
CALL(char *, NULL, virStorageVolGetXMLDesc, (virStorageVolPtr pool, unsigned int flags), (pool,
  flags))
CALL(virStorageVolPtr, NULL, virStorageVolLookupByName, (virStoragePoolPtr pool, const char
  *name), (pool, name))
CALL(virStorageVolPtr, NULL, virStorageVolLookupByPath, (virConnectPtr conn, const char *path),
  (conn, path))
RUN(virTypedParamsFree, (virTypedParameterPtr params, int nparams), (params, nparams))
CALL(int, -1, virTypedParamsGetString, (virTypedParameterPtr params, int nparams, const char
  *name, const char **value), (params, nparams, name, value))
CALL(int, -1, virTypedParamsGetUInt, (virTypedParameterPtr params, int nparams, const char *name,
  unsigned int *value), (params, nparams, name, value))
