// IndexedDB's answers as promises.

/** @param {IDBRequest | IDBTransaction} request @returns {Promise<any>} */
export const settled = (request) => new Promise((resolve, reject) => {
  const done = () => resolve('result' in request ? request.result : undefined);
  if ('result' in request) request.onsuccess = done;
  else request.oncomplete = done;
  request.onerror = () => reject(request.error);
  if ('onabort' in request) request.onabort = () => reject(request.error ?? new DOMException('aborted', 'AbortError'));
});
