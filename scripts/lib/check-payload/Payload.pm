# SPDX-License-Identifier: MIT
#
# A payload as mend.ko sees it: what it replaces, and the relocations of its own.
# The layouts are those of include/mend/patch.h and payload.h.
package Payload;
use strict;
use warnings;
use integer;

use Elf;

use constant { FUNC_SIZE => 24, OBJECT_SIZE => 72, PATCH_OBJS => 24, RELOC_SIZE => 48 };

# enum in payload.h, as ELF's types; a call through the PLT is a PC-relative reference.
my %TYPE = (1 => 1, 2 => 10, 3 => 11, 4 => 2, 5 => 2, 6 => 24);

# pointer(SECTION, OFFSET): where the pointer there leads; none: NULL
sub pointer
{
	my ($sec, $offset) = @_;
	my ($r) = Elf::relas_in($sec, $offset, 8);
	my ($to, $at);

	return () unless $r;
	($to, $at) = Elf::target($r);
	die "a pointer in $sec->{name} leads out of the payload\n" unless $to;
	return ($to, $at);
}

sub string
{
	my ($sec, $at) = pointer(@_);

	return $sec ? Elf::text_at($sec->{data}, $at) : undef;
}

sub objects_of
{
	my ($ko) = @_;

	for my $sym (grep { $_->{name} eq 'mend_this_patch' && $_->{sec} &&
			    $_->{type} == Elf::OBJECT } @{$ko->{syms}}) {
		my ($r) = Elf::relas_in($sym->{sec}, $sym->{value} + PATCH_OBJS, 8);

		return Elf::target($r) if $r && $r->{sym}{sec};
	}
	die "$ko->{path}: no struct mend_patch is in it\n";
}

# records(KO): every struct mend_func, as { object, name, sympos, sec, offset }
sub records
{
	my ($ko) = @_;
	my ($objects, $at) = objects_of($ko);
	my @records;

	for (;; $at += OBJECT_SIZE) {
		my $object = string($objects, $at);
		my ($funcs, $func) = pointer($objects, $at + 8);

		last unless $funcs;
		for (;; $func += FUNC_SIZE) {
			my $name = string($funcs, $func);
			my ($sec, $offset) = pointer($funcs, $func + 8);

			last unless defined $name;
			push @records, {
				object => $object // 'vmlinux', name => $name, sec => $sec,
				offset => $offset,
				sympos => unpack('Q<', substr($funcs->{data}, $func + 16, 8)),
			};
		}
	}
	return @records;
}

# callbacks(KO): the functions that mend.ko calls beside, as { object, name, sec, offset }
sub callbacks
{
	my ($ko) = @_;
	my ($objects, $at) = objects_of($ko);
	my @callbacks;

	for (; pointer($objects, $at + 8); $at += OBJECT_SIZE) {
		for my $field (2 .. 6) {
			my ($sec, $offset) = pointer($objects, $at + 8 * $field);
			my ($sym) = $sec ? grep { $_->{value} == $offset &&
						  $_->{name} !~ /^__mend_/ }
					   Elf::things($sec) : ();

			push @callbacks, {
				object => string($objects, $at) // 'vmlinux',
				name => $sym->{name}, sec => $sec, offset => $offset,
			} if $sym;
		}
	}
	return @callbacks;
}

# read_relocs(KO): struct mend_reloc, by place, in {moved} of each section
sub read_relocs
{
	my ($ko) = @_;
	my $n = 0;

	for my $sec (grep { $_->{name} eq '.mend.relocs' } @{$ko->{secs}}) {
		for (my $at = 0; $at < $sec->{size}; $at += RELOC_SIZE) {
			my ($addend, $sympos, $type) =
				unpack('q<L<L<', substr($sec->{data}, $at + 32, 16));
			my ($place, $offset) = pointer($sec, $at);

			die "two relocations are for $place->{name}+$offset\n"
				if $place->{moved}{$offset};
			$place->{moved}{$offset} = {
				owner => string($sec, $at + 8), object => string($sec, $at + 16),
				name => string($sec, $at + 24), addend => $addend,
				sympos => $sympos, type => $TYPE{$type} || die("type $type\n"),
				section => $place->{name}, offset => $offset,
			};
			$n++;
		}
	}
	return $n;
}

sub load
{
	my ($path) = @_;
	my $ko = Elf::load($path);

	for my $sec (@{$ko->{secs}}) {
		$sec->{rela_at}{$_->{offset}} = $_ for grep { $_->{type} } @{$sec->{relas}};
	}
	$ko->{nr_moved} = read_relocs($ko);
	return $ko;
}

1;
