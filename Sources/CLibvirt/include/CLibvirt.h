#ifndef CLIBVIRT_H
#define CLIBVIRT_H

/* What Swift cannot call of libvirt by itself: casts in macros, and what serves those. */

#include <stddef.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

/* Loads libvirt; where that fails, its functions fail. Null: it is there. Else why it is not, in
   the loader's words, which are valid until this thread calls again. Any thread may. */
const char *clibvirt_load(void);

/* The callback of each kind of event has a type of its own; the macro casts it. */
static inline int clibvirt_listen(
  virConnectPtr connection, virConnectDomainEventCallback callback, void *context,
  virFreeCallback release)
{
  return virConnectDomainEventRegisterAny(
    connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(callback), context,
    release);
}

static void clibvirt_say_nothing(void *context, virErrorPtr error)
{
  (void)context;
  (void)error;
}

/* Without a handler of one's own, libvirt writes each error to standard error: over the screen. */
static inline void clibvirt_silence(void) { virSetErrorFunc(NULL, clibvirt_say_nothing); }

#endif
