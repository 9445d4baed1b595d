# SPDX-License-Identifier: MIT
"""A certificate that signs itself, for 127.0.0.1; and how to be trusted by the whole system with it."""
import os

from . import process


class Certificate:
    def __init__(self, place):
        self.cert, self.key = place / 'cert.pem', place / 'key.pem'
        process.run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                    '-keyout', self.key, '-out', self.cert, '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1')
        self.key.chmod(0o644)

    def trusted(self):
        """What stands before a command for which this is the only authority of the system."""
        root = [] if os.geteuid() == 0 else ['-Ur']
        return ['unshare', *root, '-m', 'sh', '-c', 'mount --bind "$0" /etc/ssl/certs/ca-certificates.crt && exec "$@"', str(self.cert)]
