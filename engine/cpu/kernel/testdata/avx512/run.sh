#!/bin/sh
# Runs the tests of package kernel with AVX-512 on a machine that has none: Debian's kernel boots in Bochs, as a
# Skylake-X, with the test binary in its initramfs. Needs Debian or Ubuntu on amd64 (packages are unpacked in a
# temporary folder, not installed), Go, 600 MB of disk and ten to twenty minutes. Bochs is an interpreter: it shows what
# instructions compute, not how fast they are.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
emulator=
trap 'test -z "$emulator" || kill "$emulator" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

mkdir "$work/deb" "$work/root" "$work/fs" "$work/iso"
cd "$work/deb"
linux=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
apt-get -qq download "$linux" bochs bochsbios vgabios libltdl7 libsamplerate0 libgtk-3-0 libcolord2 libepoxy0 \
	libwayland-cursor0 libwayland-egl1 libdbus-glib-1-2 libgconf-2-4 \
	isolinux syslinux-common cpio xorriso libisoburn1 libburn4 libisofs6 libjte2
for deb in *.deb; do dpkg -x "$deb" "$work/root"; done
root=$work/root
libraries=$root/usr/lib/x86_64-linux-gnu

cd "$here/../.."
# Bochs 2.7 multiplies long integers wrongly in the assembly of math/big, which the oracle of float64 functions uses.
CGO_ENABLED=0 go test -tags math_big_pure_go -c -o "$work/fs/kernel.test" .
CGO_ENABLED=0 go build -o "$work/fs/init" testdata/avx512/init.go

cd "$work/fs" && find . | "$root/bin/cpio" -o -H newc --quiet | gzip -1 >"$work/iso/initrd"
cd "$work"
cp root/boot/vmlinuz-* iso/vmlinuz
cp root/usr/lib/ISOLINUX/isolinux.bin root/usr/lib/syslinux/modules/bios/ldlinux.c32 iso
# Bochs 2.7 reports the size of the compacted state wrongly (xsavec, xsaves are features 321 and 323); Linux would then
# turn all of AVX off.
cat >iso/isolinux.cfg <<END
DEFAULT linux
LABEL linux
 KERNEL vmlinuz
 APPEND initrd=initrd console=ttyS0 panic=-1 loglevel=4 mitigations=off tsc=reliable noxsaves clearcpuid=321,323
END
LD_LIBRARY_PATH=$libraries root/usr/bin/xorriso -as mkisofs -quiet -o boot.iso -b isolinux.bin -c boot.cat \
	-no-emul-boot -boot-load-size 4 -boot-info-table iso
cat >bochsrc <<END
cpu: model=corei7_skylake_x, ips=200000000, reset_on_triple_fault=0
memory: guest=512, host=512
romimage: file=$root/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=$root/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path=$work/boot.iso, status=inserted
boot: cdrom
display_library: rfb, options="timeout=0"
com1: enabled=1, mode=file, dev=$work/serial
log: $work/log
panic: action=fatal
END
echo continue >start # for the debugger that Debian builds in
: >serial
LD_LIBRARY_PATH=$libraries LTDL_LIBRARY_PATH=$libraries/bochs/plugins BXSHARE=$root/usr/share/bochs \
	root/usr/bin/bochs-bin -q -f bochsrc -rc start </dev/null >out 2>&1 &
emulator=$!
tail -n +1 -f --pid=$emulator serial
grep -q 'avx512/float32' serial && grep -q '^RESULT passed' serial
